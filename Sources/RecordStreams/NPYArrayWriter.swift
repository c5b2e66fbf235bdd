/// Collects records of one type and writes them as arrays of a fixed number of records.
struct NPYArrayWriter {
    /// Records in an array.
    let arrayLength: Int
    /// The type of a record as a Python literal, known at the latest when the array is written.
    private(set) var recordSize = 0
    private(set) var count = 0
    /// Room for a header, then the records.
    private var payload: [UInt8] = []
    private var headerSize = 0
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
    /// The records that fit in the array.
    var room: Int { arrayLength - count }

    /// Lets `body` fill the next record.
    @inline(__always)
    mutating func append(_ body: (UnsafeMutableRawPointer) throws -> Void) rethrows {
        _ = try append(atMost: 1) { record in
            try body(record)
            return 1
        }
    }

    /// Lets `body` fill up to `most` records, which is at most `room`, and say how many it has filled.
    @inline(__always)
    mutating func append(atMost most: Int, _ body: (UnsafeMutableRawPointer) throws -> Int) rethrows -> Int {
        if count == 0 { foresee() }
        let start = headerSize + count * recordSize
        reserve(start + most * recordSize)
        let filled = try payload.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            return try body(base + start)
        }
        count += filled
        return filled
    }

    /// Puts the header ahead of the records, expecting it to be the one of the last array.
    private mutating func foresee() {
        headerSize = header.bytes.count
        reserve(headerSize)
        payload.replaceSubrange(0..<headerSize, with: header.bytes)
    }

    private mutating func reserve(_ size: Int) {
        guard payload.count < size else { return }
        let whole = arrayLength.multipliedReportingOverflow(by: recordSize).partialValue.addingReportingOverflow(
            headerSize)
        let room = min(max(2 * payload.count, 64 * recordSize), max(whole.partialValue, size))
        payload.append(contentsOf: repeatElement(0, count: max(room, size) - payload.count))
    }

    /// Writes the records that wait as one array of type `descr`, if there are any.
    mutating func write(descr: String, to sink: ByteSink) throws {
        guard count > 0 else { return }
        var start = 0
        let end = headerSize + count * recordSize
        if header.count != count || header.descr != descr {
            header = (descr, count, NPYHeader.bytes(descr: descr, count: count))
            start = headerSize
            try header.bytes.withUnsafeBytes { try sink.write($0) }
        }
        count = 0
        try payload.withUnsafeBytes { try sink.write(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
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
