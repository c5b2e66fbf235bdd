import SensorData

/// Reads one or several files (or standard input) as one stream of records, recognising form and kind from the first bytes
/// of each.
///
/// All files must hold records of one kind. Rows take on the schema of each file from its first record on, so that a
/// batch never mixes two. An error in a record is thrown after the records before it have been returned.
public final class RecordReader {
    /// How many records have been returned.
    public private(set) var recordCount = 0

    private var paths: ArraySlice<String>
    private let windowColumns: [String]?
    private let beforeBlocking: (() throws -> Void)?
    private var current: Current?
    private var knownKind: RecordKind?
    private var opened: ByteSource?

    /// The decoder of the file that is being read.
    private enum Current {
        case ndjsonRows(NDJSONRowDecoder)
        case ndjsonWindows(NDJSONWindowDecoder)
        case ndjsonScored(NDJSONScoredDecoder)
        case npyRows(NPYRowDecoder)
        case npyWindows(NPYWindowDecoder)
        case npyScored(NPYScoredDecoder)
    }

    /// Opens the first of `paths`; an empty list is standard input.
    ///
    /// - Parameter windowColumns: the column names given to a plain `.npy` array of shape (N, length, width), which has none.
    /// - Parameter beforeBlocking: called before a read that would wait.
    /// - Throws: `SystemError`.
    public init(paths: [String], windowColumns: [String]? = nil, beforeBlocking: (() throws -> Void)? = nil) throws {
        self.paths = paths.isEmpty ? ["-"] : paths[...]
        self.windowColumns = windowColumns
        self.beforeBlocking = beforeBlocking
        opened = try openNext()
    }

    /// Reads one source, for bytes that are no file.
    public init(_ source: ByteSource, windowColumns: [String]? = nil) {
        paths = []
        self.windowColumns = windowColumns
        beforeBlocking = nil
        opened = source
    }

    /// The kind of the records to come; nil when the input is empty.
    ///
    /// - Throws: `DataError` where the input is in neither form; `SystemError`.
    public func kind() throws -> RecordKind? {
        if knownKind == nil { _ = try decoder() }
        return knownKind
    }

    /// Replaces `batch` by the next rows: those that are there without waiting, at least one.
    ///
    /// - Returns: false at the end of input.
    /// - Throws: `DataError` naming file and line, `SystemError`.
    public func next(_ batch: inout RowBatch) throws -> Bool {
        let found = try advance { decoder in
            switch decoder {
            case .ndjsonRows(let rows): try rows.next(&batch)
            case .npyRows(let rows): try rows.next(&batch)
            default: throw mismatch(expected: .rows)
            }
        }
        if found { recordCount += batch.count } else { batch.removeAll() }
        return found
    }

    /// Replaces `batch` by the next windows.
    ///
    /// - Returns: false at the end of input.
    /// - Throws: `DataError` naming file and line or record, `SystemError`.
    public func next(_ batch: inout WindowBatch) throws -> Bool {
        let found = try advance { decoder in
            switch decoder {
            case .ndjsonWindows(let windows): try windows.next(&batch)
            case .npyWindows(let windows): try windows.next(&batch)
            default: throw mismatch(expected: .windows)
            }
        }
        if found { recordCount += batch.count } else { batch.removeAll() }
        return found
    }

    /// Replaces `records` by the next scored records.
    ///
    /// - Returns: false at the end of input.
    /// - Throws: `DataError` naming file and line or record, `SystemError`.
    public func next(_ records: inout [ScoredRecord]) throws -> Bool {
        let found = try advance { decoder in
            switch decoder {
            case .ndjsonScored(let scored): try scored.next(&records)
            case .npyScored(let scored): try scored.next(&records)
            default: throw mismatch(expected: .scored)
            }
        }
        if found { recordCount += records.count } else { records.removeAll() }
        return found
    }

    private func advance(_ next: (Current) throws -> Bool) throws -> Bool {
        while let decoder = try decoder() {
            if try next(decoder) { return true }
            current = nil
        }
        return false
    }

    private func mismatch(expected: RecordKind) -> DataError {
        DataError("\(fileName): expected \(expected.rawValue), found \(knownKind?.rawValue ?? "none")")
    }

    private var fileName = ""

    /// The decoder of the current file, opening the next one that is not empty where there is none.
    private func decoder() throws -> Current? {
        while current == nil {
            guard let source = try opened ?? openNext() else { return nil }
            opened = nil
            fileName = source.name
            let input = InputBuffer(source)
            guard try input.fill(atLeast: 1) else { continue }
            current = try recognise(input)
        }
        return current
    }

    private func openNext() throws -> ByteSource? {
        guard let path = paths.popFirst() else { return nil }
        let source = try ByteSource(path: path)
        source.beforeBlocking = beforeBlocking
        return source
    }

    // MARK: Form and kind

    private func recognise(_ input: InputBuffer) throws -> Current {
        let start = SourceLocation(file: input.source.name, number: 1)
        if input.first.pointee == 0xef, try input.fill(atLeast: 3), input.first[1] == 0xbb, input.first[2] == 0xbf {
            input.consume(3)
            guard try input.fill(atLeast: 1) else {
                throw DataError("expected a record, found only a byte order mark", at: start)
            }
        }
        switch input.first.pointee {
        case NPYHeader.magic[0]:
            let arrays = NPYArrayReader(input)
            guard try arrays.advance() else { return .npyRows(NPYRowDecoder(arrays)) }
            try note(arrays.kind, at: arrays.location())
            switch arrays.kind {
            case .rows: return .npyRows(NPYRowDecoder(arrays))
            case .windows: return .npyWindows(NPYWindowDecoder(arrays, columns: windowColumns))
            case .scored: return .npyScored(NPYScoredDecoder(arrays))
            }
        case UInt8(ascii: "{"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            return try recogniseLines(LineReader(input), at: start)
        default:
            let found = JSONScanner(input.first).found()
            throw DataError("expected NDJSON (a line that begins with '{') or NPY, found \(found)", at: start)
        }
    }

    private func recogniseLines(_ lines: LineReader, at start: SourceLocation) throws -> Current {
        guard try lines.waitForLine(), let line = lines.arrived() else {
            throw DataError("expected a record", at: start)
        }
        var kind = RecordKind.rows
        do throws(JSONFault) {
            try JSONScanner.record(line) { key, scanner throws(JSONFault) in
                switch JSONScanner.decoded(key) {
                case "window": kind = .windows
                case "anomaly_score": kind = .scored
                default: break
                }
                try scanner.skipValue()
            }
        } catch {
            throw lines.error(error)
        }
        try note(kind, at: start)
        switch kind {
        case .rows: return .ndjsonRows(try NDJSONRowDecoder(lines, firstLine: line))
        case .windows: return .ndjsonWindows(NDJSONWindowDecoder(lines, columns: windowColumns))
        case .scored: return .ndjsonScored(NDJSONScoredDecoder(lines))
        }
    }

    /// Notes the kind of a file, which must be that of the files before.
    private func note(_ kind: RecordKind, at location: SourceLocation) throws {
        guard knownKind == nil || knownKind == kind else {
            let expected = knownKind?.rawValue ?? ""
            throw DataError("expected \(expected) as in the files before, found \(kind.rawValue)", at: location)
        }
        knownKind = kind
    }
}
