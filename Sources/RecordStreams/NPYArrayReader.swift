import SensorData

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The arrays of an NPY file, one after another, as they arrive.
final class NPYArrayReader {
    private let input: InputBuffer
    /// The current array's header; nil before the first array.
    private(set) var header: NPYHeader?
    /// The kind of the current array's records.
    private(set) var kind = RecordKind.rows
    /// Rises with every array whose type differs from the one before.
    private(set) var typeNumber = 0
    /// The elements of the current array that are not yet consumed.
    private(set) var remaining = 0
    /// Bytes in an element: a record, or a window of a plain array.
    private(set) var elementSize = 0
    /// The number of the first unconsumed element of the file, counted from one.
    private(set) var number = 1
    private var headerBytes: [UInt8] = []

    init(_ input: InputBuffer) {
        self.input = input
    }

    /// The first unconsumed element.
    var first: UnsafeRawPointer { UnsafeRawPointer(input.first) }

    /// Moves on to an array with elements, if the current one is used up.
    ///
    /// - Returns: false at the end of the file.
    func advance() throws -> Bool {
        while remaining == 0 {
            guard try input.fill(atLeast: 1) else { return false }
            try readHeader()
        }
        return true
    }

    /// How many elements have arrived, at most `most`, waiting only for the first.
    func arrived(atMost most: Int) throws -> Int {
        let wanted = min(remaining, most)
        guard wanted > 0 else { return 0 }
        guard try input.fill(atLeast: elementSize) else {
            throw error("the array is cut short; \(remaining) records of \(elementSize) bytes are missing")
        }
        return min(wanted, elementSize == 0 ? wanted : input.count / elementSize)
    }

    /// Takes `count` elements.
    func consume(_ count: Int) {
        input.consume(count * elementSize)
        remaining -= count
        number += count
    }

    /// The place of the element `offset` further on than the first unconsumed one.
    func location(offset: Int = 0) -> SourceLocation {
        SourceLocation(file: input.source.name, number: number + offset, unit: .record)
    }

    /// An error at the first unconsumed element.
    func error(_ message: String, offset: Int = 0) -> DataError {
        DataError(message, at: location(offset: offset))
    }

    private func readHeader() throws {
        guard try input.fill(atLeast: 12) else { throw error("the header of the array is cut short") }
        let bytes = UnsafeBufferPointer(start: input.first, count: 12)
        guard bytes.starts(with: NPYHeader.magic) else {
            throw error("expected another array or the end of the input, found other bytes")
        }
        let version = bytes[6]
        guard (1...3).contains(version), bytes[7] == 0 else {
            throw error("expected NPY format 1.0, 2.0 or 3.0, found \(version).\(bytes[7])")
        }
        let prefix = version == 1 ? 10 : 12
        var size = 0
        for place in (8..<prefix).reversed() { size = size << 8 | Int(bytes[place]) }
        guard size <= NPYHeader.longest else {
            throw error("the header is longer than \(NPYHeader.longest) bytes; it claims \(size)")
        }
        guard try input.fill(atLeast: prefix + size) else { throw error("the header of the array is cut short") }
        let whole = UnsafeBufferPointer(start: input.first, count: prefix + size)
        if !isLastHeader(whole) {
            try understand(UnsafeBufferPointer(rebasing: whole[prefix...]), isUTF8: version == 3)
            headerBytes = Array(whole)
        }
        remaining = header?.shape.count == 2 ? 1 : header?.shape.first ?? 1
        input.consume(prefix + size)
    }

    /// Whether the bytes are those of the header before: arrays of a stream mostly have the same.
    private func isLastHeader(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        headerBytes.withUnsafeBufferPointer { last in
            guard last.count == bytes.count, let start = last.baseAddress, let other = bytes.baseAddress else {
                return false
            }
            return memcmp(start, other, last.count) == 0
        }
    }

    private func understand(_ bytes: UnsafeBufferPointer<UInt8>, isUTF8: Bool) throws {
        var text: String? = isUTF8 ? String(validating: bytes, as: UTF8.self) : nil
        if !isUTF8 {
            var scalars = String.UnicodeScalarView()
            for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
            text = String(scalars)
        }
        do throws(NPYFault) {
            guard let text else { throw NPYFault("the header is not UTF-8") }
            let new = try NPYHeader(text)
            elementSize = try NPYArrayReader.elementSize(of: new)
            if new.type != header?.type || new.shape.dropFirst() != header?.shape.dropFirst() { typeNumber += 1 }
            header = new
            kind = NPYArrayReader.kind(of: new)
        } catch let fault {
            throw error(fault.message)
        }
    }

    private static func elementSize(of header: NPYHeader) throws(NPYFault) -> Int {
        guard !header.isFortranOrder || header.shape.count < 2 else {
            throw NPYFault("the array is in Fortran order; expected C order (numpy.ascontiguousarray)")
        }
        var size = header.type.size
        switch header.type {
        case .record:
            guard header.shape.count == 1 else {
                throw NPYFault("expected a one-dimensional array of records, found \(header.shape.count) dimensions")
            }
            guard size > 0 else { throw NPYFault("the records of the array are empty") }
        case .scalar(let scalar):
            guard scalar.kind == .float, (2...3).contains(header.shape.count) else {
                throw NPYFault(
                    "expected records, or windows as floats of shape (count, length, width); "
                        + "found a plain array of \(header.shape.count) dimensions")
            }
            for length in header.shape.suffix(2) {
                let (product, overflows) = size.multipliedReportingOverflow(by: length)
                guard !overflows, product <= InputBuffer.longestRecord else {
                    throw NPYFault("a window is larger than \(InputBuffer.longestRecord) bytes")
                }
                size = product
            }
            guard size > 0 else { throw NPYFault("the windows of the array are empty") }
        }
        return size
    }

    private static func kind(of header: NPYHeader) -> RecordKind {
        guard case .record(let fields, _) = header.type else { return .windows }
        let names = fields.map(\.name)
        return names.contains("window") ? .windows : names.contains("anomaly_score") ? .scored : .rows
    }
}
