import SensorData

/// The bytes of a source that have arrived and are not yet consumed, in one piece.
///
/// `slack` readable bytes follow the last one, the first of them a newline: a scanner that stops at a newline needs no
/// other bound, and may load a vector or compare a key across the end.
final class InputBuffer {
    /// The longest line or record that is accepted, in bytes.
    static let longestRecord = 1 << 24
    /// Readable bytes behind the end: a vector, and the keys of all but the oddest streams.
    static let slack = 1024
    private static let chunk = 1 << 18

    let source: ByteSource
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0
    /// True when the source has no more bytes.
    private(set) var isAtEnd = false

    init(_ source: ByteSource) {
        self.source = source
        capacity = InputBuffer.chunk
        storage = .allocate(capacity: capacity + InputBuffer.slack)
        storage.initialize(repeating: 0, count: capacity + InputBuffer.slack)
        storage[0] = UInt8(ascii: "\n")
    }

    deinit { storage.deallocate() }

    /// The first unconsumed byte.
    var first: UnsafePointer<UInt8> { UnsafePointer(storage + start) }
    /// The end of the unconsumed bytes, where a newline stands that is no part of them.
    var limit: UnsafePointer<UInt8> { UnsafePointer(storage + end) }
    /// The number of unconsumed bytes.
    var count: Int { end - start }

    /// Takes `count` bytes off the front.
    func consume(_ count: Int) {
        precondition(count >= 0 && count <= end - start, "more consumed than there is")
        start += count
    }

    /// Reads once more. Pointers into the buffer do not survive it.
    ///
    /// - Returns: false at the end of the source.
    func fill() throws -> Bool {
        guard !isAtEnd else { return false }
        if start == end {
            start = 0
            end = 0
        } else if capacity - end < InputBuffer.chunk / 2 {
            makeRoom()
        }
        let room = UnsafeMutableRawBufferPointer(start: storage + end, count: capacity - end)
        let read = try source.read(into: room)
        end += read
        storage[end] = UInt8(ascii: "\n")
        isAtEnd = read == 0
        return !isAtEnd
    }

    /// Reads until `count` bytes are there.
    ///
    /// - Returns: false when the source ends before.
    func fill(atLeast count: Int) throws -> Bool {
        while self.count < count {
            guard try fill() else { return false }
        }
        return true
    }

    private func makeRoom() {
        let count = end - start
        if count > capacity / 2 {
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity + InputBuffer.slack)
            larger.initialize(repeating: 0, count: 2 * capacity + InputBuffer.slack)
            larger.update(from: storage + start, count: count)
            storage.deallocate()
            storage = larger
            capacity *= 2
        } else {
            storage.update(from: storage + start, count: count)
        }
        start = 0
        end = count
    }
}
