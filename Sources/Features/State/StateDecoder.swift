import SensorData

/// Reads what a `StateEncoder` wrote; every length is checked against the bytes that are there.
public struct StateDecoder {
    private let bytes: [UInt8]
    private let end: Int
    private var at = 0
    private let file: String

    /// Reads `bytes`, all but the last `trailer` of them.
    ///
    /// - Parameter file: what errors call the source.
    public init(_ bytes: [UInt8], trailer: Int = 0, file: String) {
        self.bytes = bytes
        self.file = file
        end = max(0, bytes.count - trailer)
    }

    /// What is wrong with the bytes, as an error.
    public func damaged(_ reason: String) -> DataError {
        DataError("\(file): the state is damaged at byte \(at): \(reason)")
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= end - at else {
            throw damaged("expected \(count) bytes, found \(end - at)")
        }
        defer { at += count }
        return bytes[at..<at + count]
    }

    /// Reads a number.
    public mutating func int64() throws -> Int64 {
        var value: UInt64 = 0
        for (place, byte) in try take(8).enumerated() { value |= UInt64(byte) << (8 * UInt64(place)) }
        return Int64(bitPattern: value)
    }

    /// Reads a number from `range`.
    public mutating func int(in range: ClosedRange<Int> = 0...Int.max) throws -> Int {
        let value = Int(try int64())
        guard range.contains(value) else { throw damaged("the number \(value) is out of range") }
        return value
    }

    /// Reads the length of a list whose elements take at least `size` bytes each.
    private mutating func length(elementSize size: Int) throws -> Int {
        let count = try int()
        guard count <= (end - at) / size else {
            throw damaged("a list of \(count) is longer than the file")
        }
        return count
    }

    /// Reads a text.
    public mutating func string() throws -> String {
        let count = try length(elementSize: 1)
        return String(decoding: try take(count), as: UTF8.self)
    }

    /// Reads texts.
    public mutating func strings() throws -> [String] {
        let count = try length(elementSize: 8)
        return try (0..<count).map { _ in try string() }
    }

    /// Reads numbers.
    public mutating func int64s() throws -> [Int64] {
        let count = try length(elementSize: 8)
        return try (0..<count).map { _ in try int64() }
    }

    /// Reads finite numbers, exactly `count` of them where it is given.
    public mutating func doubles(count expected: Int? = nil) throws -> [Double] {
        let count = try length(elementSize: 8)
        guard count == expected ?? count else { throw damaged("expected \(expected ?? 0) numbers, found \(count)") }
        let values = try (0..<count).map { _ in Double(bitPattern: UInt64(bitPattern: try int64())) }
        guard values.allSatisfy(\.isFinite) else { throw damaged("a number is not finite") }
        return values
    }

    /// Reads finite numbers, exactly `count` of them where it is given.
    public mutating func floats(count expected: Int? = nil) throws -> [Float] {
        let count = try length(elementSize: 4)
        guard count == expected ?? count else { throw damaged("expected \(expected ?? 0) numbers, found \(count)") }
        let values = try (0..<count).map { _ in
            var bits: UInt32 = 0
            for (place, byte) in try take(4).enumerated() { bits |= UInt32(byte) << (8 * UInt32(place)) }
            return Float(bitPattern: bits)
        }
        guard values.allSatisfy(\.isFinite) else { throw damaged("a number is not finite") }
        return values
    }

    /// Checks that nothing is left.
    public func finish() throws {
        guard at == end else { throw damaged("\(end - at) bytes too many") }
    }
}
