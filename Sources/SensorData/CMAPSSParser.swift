#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads NASA's C-MAPSS text: a line a row, 26 numbers separated by spaces or tabs, fed in chunks of any size.
///
/// Lines end in LF or CRLF; white space may stand before and behind the numbers; blank lines may stand at the end. A last
/// line without its newline is taken only where white space follows its last number (as in NASA's own files), because
/// otherwise a number cut in half could not be told from a whole one. After an error the parser stands behind the faulty
/// line, so that a caller may go on.
public struct CMAPSSParser {
    /// The longest line there can be, in bytes; what is longer is not this format.
    public static let lineLimit = 65_536

    /// The file as messages name it.
    public let file: String
    /// How many lines have been read.
    public private(set) var lineCount = 0
    /// The column whose value the last error was about; nil where it was about the line.
    public private(set) var faultyColumn: String?
    /// The front of a line whose end has not arrived, or, where `heldIsLine`, a line that begins the next unit.
    private var held: [UInt8] = []
    private var heldIsLine = false
    /// The first of the blank lines that end the lines read so far.
    private var blankLine: Int?
    private var lines = CMAPSSLines()

    /// Starts at the first line of `file`.
    public init(file: String) {
        self.file = file
    }

    /// Appends the rows of the lines that end in `chunk` to `rows`; the rest of `chunk` is kept for the next call.
    ///
    /// Only `unitIDs`, `cycles` and `values` of `rows` are filled, and `origin` where `rows` is empty.
    ///
    /// - Parameters:
    ///   - position: where to begin in `chunk`; it moves behind what was read.
    ///   - stopsAtUnitEnd: whether to stop before a row of another unit than that of the last row in `rows`.
    /// - Returns: true where it stopped at a unit's end, false where it needs the next chunk.
    /// - Throws: `DataError` naming line and column.
    public mutating func parse(
        _ chunk: UnsafeRawBufferPointer, from position: inout Int, into rows: inout RowBatch,
        stopsAtUnitEnd: Bool = false
    ) throws(DataError) -> Bool {
        if !held.isEmpty {
            if !heldIsLine {
                let end = CMAPSSParser.newline(in: chunk, from: position)
                try hold(UnsafeRawBufferPointer(rebasing: chunk[position..<(end.map { $0 + 1 } ?? chunk.count)]))
                position = end.map { $0 + 1 } ?? chunk.count
                guard end != nil else { return false }
                heldIsLine = true
            }
            if try parseHeld(into: &rows, stopsAtUnitEnd) { return true }
        }
        let end = CMAPSSParser.endOfLines(in: chunk, from: position)
        while position < end {
            switch read(chunk, from: &position, to: end, into: &rows, stopsAtUnitEnd) {
            case .done: break
            case .unitEnd: return true
            case .oddLine:
                let next = CMAPSSParser.newline(in: chunk, from: position).map { $0 + 1 } ?? end
                let line = Array(chunk[position..<next])
                try refuseAfterBlank(line)
                position = next
                if let fault = readOddLine(line) { throw fault }
            }
        }
        let rest = UnsafeRawBufferPointer(rebasing: chunk[position...])
        position = chunk.count
        try hold(rest)
        return false
    }

    /// Reads what is left after the last chunk.
    ///
    /// - Returns: true where it stopped at a unit's end and must be called again.
    /// - Throws: `DataError` where the last line is cut.
    public mutating func finish(into rows: inout RowBatch, stopsAtUnitEnd: Bool = false) throws(DataError) -> Bool {
        guard let last = held.last else { return false }
        if !heldIsLine {
            guard CMAPSSLines.isSpace(last) else {
                let count = held.withUnsafeBytes { CMAPSSParser.fields($0).count }
                let column = held.count + 1
                held.removeAll()
                faultyColumn = nil
                throw DataError(
                    "the last line is cut; expected \(CMAPSSSchema.fileColumnCount) columns and a newline, "
                        + "found \(count) columns and no newline",
                    at: SourceLocation(file: file, number: lineCount + 1, column: column))
            }
            held.append(UInt8(ascii: "\n"))
            heldIsLine = true
        }
        return try parseHeld(into: &rows, stopsAtUnitEnd)
    }

    // MARK: Lines

    /// Reads the rows of whole lines, whose last newline stands before `end`.
    private mutating func read(
        _ bytes: UnsafeRawBufferPointer, from position: inout Int, to end: Int, into rows: inout RowBatch,
        _ stopsAtUnitEnd: Bool
    ) -> CMAPSSLines.Stop {
        // Behind a blank line only more of them may stand.
        if blankLine != nil { return .oddLine }
        let known = rows.count
        let stop = lines.read(bytes, from: &position, to: end, into: &rows, stopsAtUnitEnd: stopsAtUnitEnd)
        if known == 0, !rows.isEmpty { rows.origin = SourceLocation(file: file, number: lineCount + 1) }
        lineCount += rows.count - known
        return stop
    }

    private mutating func hold(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
        guard held.count + bytes.count <= CMAPSSParser.lineLimit else {
            throw DataError(
                "a line of more than \(CMAPSSParser.lineLimit) bytes; expected \(CMAPSSSchema.fileColumnCount) numbers",
                at: SourceLocation(file: file, number: lineCount + 1))
        }
        held.append(contentsOf: bytes)
    }

    /// - Returns: true where the held line begins another unit, and is kept.
    private mutating func parseHeld(into rows: inout RowBatch, _ stopsAtUnitEnd: Bool) throws(DataError) -> Bool {
        let line = held
        try refuseAfterBlank(line)
        var position = 0
        let stop = line.withUnsafeBytes { bytes in
            read(bytes, from: &position, to: bytes.count, into: &rows, stopsAtUnitEnd)
        }
        if stop == .unitEnd { return true }
        held.removeAll()
        heldIsLine = false
        if stop == .oddLine, let fault = readOddLine(line) { throw fault }
        return false
    }

    private mutating func refuseAfterBlank(_ line: [UInt8]) throws(DataError) {
        guard let blank = blankLine, !line.allSatisfy(CMAPSSLines.isSpace) else { return }
        blankLine = nil
        faultyColumn = nil
        throw DataError(
            "a blank line between rows; expected \(CMAPSSSchema.fileColumnCount) columns, found 0",
            at: SourceLocation(file: file, number: blank))
    }

    /// Counts a line that is no row.
    ///
    /// - Returns: what is wrong with it; nil where it is blank.
    private mutating func readOddLine(_ line: [UInt8]) -> DataError? {
        lineCount += 1
        guard line.allSatisfy(CMAPSSLines.isSpace) else {
            let location = SourceLocation(file: file, number: lineCount)
            return line.withUnsafeBytes { fault(of: $0, at: location) }
        }
        if blankLine == nil { blankLine = lineCount }
        return nil
    }

    private static func newline(in bytes: UnsafeRawBufferPointer, from position: Int) -> Int? {
        guard let base = bytes.baseAddress, position < bytes.count,
            let found = memchr(base + position, 0x0A, bytes.count - position)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Where the last line that ends in `bytes` does, behind its newline; `position` where none does.
    private static func endOfLines(in bytes: UnsafeRawBufferPointer, from position: Int) -> Int {
        var end = bytes.count
        while end > position, bytes[end - 1] != 0x0A { end -= 1 }
        return end
    }

    // MARK: Faults

    /// Where each run of bytes that are no white space lies in `line`.
    private static func fields(_ line: UnsafeRawBufferPointer) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var at = 0
        while true {
            while at < line.count, CMAPSSLines.isSpace(line[at]) { at += 1 }
            guard at < line.count else { return fields }
            let start = at
            while at < line.count, !CMAPSSLines.isSpace(line[at]) { at += 1 }
            fields.append(start..<at)
        }
    }

    /// What is wrong with `line`, which is neither blank nor a row.
    private mutating func fault(of line: UnsafeRawBufferPointer, at location: SourceLocation) -> DataError {
        let fields = CMAPSSParser.fields(line)
        let expected = CMAPSSSchema.fileColumnCount
        var location = location
        faultyColumn = nil
        guard fields.count == expected else {
            location.column = (fields.count > expected ? fields[expected].lowerBound : fields.last?.upperBound ?? 0) + 1
            let hint = fields.count == 1 ? " (a file of remaining useful lives is given with --rul)" : ""
            return DataError(
                "wrong number of columns; expected \(expected), found \(fields.count)\(hint)", at: location)
        }
        for (index, field) in fields.enumerated() {
            var at = field.lowerBound
            let kind = index < 2 ? "a whole number of at least 1" : "a finite decimal number"
            let value = CMAPSSLines.number(line, &at)
            let isSound = index < 2 ? value.flatMap(CMAPSSLines.whole) != nil : value != nil
            guard !isSound else { continue }
            location.column = field.lowerBound + 1
            let name = CMAPSSSchema.fileColumn(index)
            let found = CMAPSSParser.quote(UnsafeRawBufferPointer(rebasing: line[field]))
            faultyColumn = name
            return DataError("\(name): expected \(kind), found \(found)", at: location)
        }
        return DataError("this line cannot be read", at: location)
    }

    /// `bytes` between apostrophes, shortened, with what does not print escaped.
    static func quote(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix(32), as: UTF8.self)
        let shown = text.unicodeScalars.map {
            $0.value < 0x20 || $0.value == 0x7F ? $0.escaped(asASCII: true) : String($0)
        }
        return "'\(shown.joined())\(bytes.count > 32 ? "…" : "")'"
    }
}
