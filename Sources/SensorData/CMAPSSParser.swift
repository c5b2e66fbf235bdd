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
        while let end = CMAPSSParser.newline(in: chunk, from: position) {
            if blankLine != nil, !chunk[position..<end].allSatisfy(CMAPSSParser.isSpace) { throw blankLineFault() }
            switch CMAPSSParser.row(chunk, from: position, stopsAtUnitEnd, into: &rows) {
            case .row:
                count(&rows)
                position = end + 1
            case .unitEnd: return true
            case .other:
                let line = Array(chunk[position...end])
                position = end + 1
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
            guard CMAPSSParser.isSpace(last) else {
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

    private enum Line {
        case row
        /// The line begins another unit and was not read.
        case unitEnd
        /// The line is blank or faulty.
        case other
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
        if blankLine != nil, !held.allSatisfy(CMAPSSParser.isSpace) { throw blankLineFault() }
        let line = held.withUnsafeBytes { CMAPSSParser.row($0, from: 0, stopsAtUnitEnd, into: &rows) }
        if line == .unitEnd { return true }
        defer {
            held.removeAll(keepingCapacity: true)
            heldIsLine = false
        }
        if line == .row {
            count(&rows)
        } else if let fault = readOddLine(held) {
            throw fault
        }
        return false
    }

    /// Counts the line of the row just appended.
    @inline(__always)
    private mutating func count(_ rows: inout RowBatch) {
        lineCount += 1
        if rows.count == 1 { rows.origin = SourceLocation(file: file, number: lineCount) }
    }

    private mutating func blankLineFault() -> DataError {
        defer { blankLine = nil }
        faultyColumn = nil
        return DataError(
            "a blank line between rows; expected \(CMAPSSSchema.fileColumnCount) columns, found 0",
            at: blankLine.map { SourceLocation(file: file, number: $0) })
    }

    /// Counts a line that is no row.
    ///
    /// - Returns: what is wrong with it; nil where it is blank.
    private mutating func readOddLine(_ line: [UInt8]) -> DataError? {
        lineCount += 1
        guard line.allSatisfy(CMAPSSParser.isSpace) else {
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

    /// Space, tab, carriage return, newline.
    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }

    /// Appends the row that starts at `position` and ends in a newline further on.
    private static func row(
        _ bytes: UnsafeRawBufferPointer, from position: Int, _ stopsAtUnitEnd: Bool, into rows: inout RowBatch
    ) -> Line {
        var at = position
        guard let unit = wholeNumber(bytes, &at) else { return .other }
        if stopsAtUnitEnd, let last = rows.unitIDs.last, last != unit { return .unitEnd }
        guard let cycle = wholeNumber(bytes, &at) else { return .other }
        let width = CMAPSSSchema.fileColumnCount - 2
        let isRow = withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { values in
            // A copy, because a captured variable would go through memory for each number.
            var place = at
            for column in 0..<width {
                guard let value = number(bytes, &place) else { return false }
                values[column] = value
            }
            while bytes[place] != 0x0A {
                guard isSpace(bytes[place]) else { return false }
                place &+= 1
            }
            rows.values.append(contentsOf: UnsafeBufferPointer(values))
            return true
        }
        guard isRow else { return .other }
        rows.unitIDs.append(unit)
        rows.cycles.append(cycle)
        return .row
    }

    /// The next number of the line, finite and followed by white space; nil at the end of the line or a fault.
    @inline(__always)
    private static func number(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Double? {
        var start = at
        while bytes[start] == 0x20 || bytes[start] == 0x09 || bytes[start] == 0x0D { start &+= 1 }
        guard let base = bytes.baseAddress, start &+ 9 <= bytes.count else { return longNumber(bytes, &at) }
        var length = 0
        guard let value = DecimalScanner.scanShort(base + start, length: &length), isSpace(bytes[start &+ length])
        else {
            return longNumber(bytes, &at)
        }
        at = start &+ length
        return value
    }

    /// `number` where the number is long, near the end of `bytes`, or a fault.
    @inline(never)
    private static func longNumber(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Double? {
        while bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
        guard let value = DecimalScanner.scan(bytes, from: &at), isSpace(bytes[at]), value.isFinite else { return nil }
        return value
    }

    /// The next number of the line where it is whole and positive.
    @inline(__always)
    private static func wholeNumber(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Int64? {
        guard let value = number(bytes, &at), value >= 1, value <= 0x1p53 else { return nil }
        let whole = Int64(value)
        return Double(whole) == value ? whole : nil
    }

    // MARK: Faults

    /// Where each run of bytes that are no white space lies in `line`.
    private static func fields(_ line: UnsafeRawBufferPointer) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var at = 0
        while true {
            while at < line.count, isSpace(line[at]) { at += 1 }
            guard at < line.count else { return fields }
            let start = at
            while at < line.count, !isSpace(line[at]) { at += 1 }
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
            let isSound =
                index < 2 ? CMAPSSParser.wholeNumber(line, &at) != nil : CMAPSSParser.number(line, &at) != nil
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
