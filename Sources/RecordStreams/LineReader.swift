import SensorData

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of an NDJSON file, as they arrive.
final class LineReader {
    private let input: InputBuffer
    /// The number of the first unconsumed line, counted from one.
    private(set) var number = 1

    /// Starts at the first unconsumed byte of `input`.
    init(_ input: InputBuffer) {
        self.input = input
    }

    /// The first unconsumed byte.
    var first: UnsafePointer<UInt8> { input.first }
    /// The end of what has arrived, where a newline stands.
    var limit: UnsafePointer<UInt8> { input.limit }

    /// The next line, without its newline, if all of it has arrived.
    func arrived() -> JSONSlice? {
        guard input.count > 0, let newline = memchr(input.first, 0x0a, input.count) else { return nil }
        return JSONSlice(start: input.first, end: UnsafePointer(newline.assumingMemoryBound(to: UInt8.self)))
    }

    /// Reads until a whole line is there.
    ///
    /// - Returns: false at the end of the input.
    /// - Throws: `DataError` where the input ends within a line, or a line is longer than a record may be.
    func waitForLine() throws -> Bool {
        while arrived() == nil {
            guard input.count <= InputBuffer.longestRecord else {
                throw DataError("the line is longer than \(InputBuffer.longestRecord) bytes", at: location(column: nil))
            }
            guard try input.fill() else {
                guard input.count == 0 else {
                    throw DataError(
                        "the input is cut short; expected a newline after the last record, found the end",
                        at: location(column: nil))
                }
                return false
            }
        }
        return true
    }

    /// Takes a line that `arrived()` returned.
    func consume(_ line: JSONSlice) {
        consume(line.count + 1, lines: 1)
    }

    /// Takes `lines` lines of `length` bytes together, their newlines included.
    func consume(_ length: Int, lines: Int) {
        input.consume(length)
        number += lines
    }

    /// The first unconsumed line.
    func location(column: Int?) -> SourceLocation {
        SourceLocation(file: input.source.name, number: number, column: column)
    }

    /// The error for a fault in the first unconsumed line.
    func error(_ fault: JSONFault) -> DataError {
        DataError(fault.message, at: location(column: fault.position - input.first + 1))
    }
}
