/// Collects records of one type and writes them as arrays of a fixed number of records.
struct NPYArrayWriter {
    /// Records in an array.
    let arrayLength: Int
    /// The type of a record as a Python literal, known at the latest when the array is written.
    private(set) var recordSize = 0
    private(set) var count = 0
    private var payload: [UInt8] = []
    /// The header written last; full arrays of a type all have the same.
    private var header: (descr: String, count: Int, bytes: [UInt8]) = ("", 0, [])

    init(arrayLength: Int) {
        self.arrayLength = arrayLength
    }

    /// Expects records of `size` bytes from now on.
    ///
    /// - Precondition: no record waits to be written.
    mutating func begin(recordSize size: Int) {
        precondition(count == 0, "the size of records changes within an array")
        recordSize = size
    }

    var isFull: Bool { count == arrayLength }

    /// Lets `body` fill the next record.
    @inline(__always)
    mutating func append(_ body: (UnsafeMutableRawPointer) throws -> Void) rethrows {
        let start = count * recordSize
        if payload.count < start + recordSize {
            let room = min(
                max(2 * payload.count, 64 * recordSize),
                max(arrayLength.multipliedReportingOverflow(by: recordSize).partialValue, start + recordSize))
            payload.append(contentsOf: repeatElement(0, count: max(room, start + recordSize) - payload.count))
        }
        try payload.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            try body(base + start)
        }
        count += 1
    }

    /// Writes the records that wait as one array of type `descr`, if there are any.
    mutating func write(descr: String, to sink: ByteSink) throws {
        guard count > 0 else { return }
        if header.count != count || header.descr != descr {
            header = (descr, count, NPYHeader.bytes(descr: descr, count: count))
        }
        let size = count * recordSize
        count = 0
        try header.bytes.withUnsafeBytes { try sink.write($0) }
        try payload.withUnsafeBytes { try sink.write(UnsafeRawBufferPointer(rebasing: $0[..<size])) }
    }
}

/// Stores values one after another, little-endian.
struct RecordCursor {
    private var at: UnsafeMutableRawPointer

    init(_ at: UnsafeMutableRawPointer) {
        self.at = at
    }

    @inline(__always)
    mutating func put<Value: BitwiseCopyable>(_ value: Value) {
        at.storeBytes(of: value, as: Value.self)
        at += MemoryLayout<Value>.size
    }

    @inline(__always)
    mutating func put<Value: BitwiseCopyable>(contentsOf values: UnsafeBufferPointer<Value>) {
        guard let base = values.baseAddress else { return }
        let size = values.count * MemoryLayout<Value>.stride
        at.copyMemory(from: base, byteCount: size)
        at += size
    }

    /// Stores `text`, padded with zeros to `size` bytes.
    mutating func put(_ text: String, size: Int) {
        at.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        for (place, byte) in text.utf8.prefix(size).enumerated() {
            at.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        }
        at += size
    }
}
