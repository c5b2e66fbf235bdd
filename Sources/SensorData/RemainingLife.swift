/// How many cycles each unit of a C-MAPSS test file had left after its last row: line `n` of `RUL_FD00x.txt` is unit `n`.
public struct RemainingLife: Sendable {
    /// The file as messages name it.
    public let file: String
    /// Cycles left, of unit 1 first.
    public let cycles: [Int64]

    /// Reads the text of a RUL file: one whole number of at least 0 a line, white space around it, blank lines at the end.
    /// A last line without its newline is taken only where white space follows its number, as `CMAPSSParser` does.
    ///
    /// - Throws: `DataError` naming the line; also where the last one is cut, or there is none at all.
    public init(file: String, text: [UInt8]) throws(DataError) {
        var cycles: [Int64] = []
        var blankLine: Int?
        for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let location = SourceLocation(file: file, number: index + 1)
            let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let field = fields.first else {
                if blankLine == nil { blankLine = index + 1 }
                continue
            }
            if let blankLine {
                throw DataError(
                    "a blank line between values; expected a number of cycles",
                    at: SourceLocation(file: file, number: blankLine))
            }
            guard fields.count == 1 else {
                throw DataError("expected one number of cycles a line, found \(fields.count) columns", at: location)
            }
            guard let value = RemainingLife.wholeNumber(field) else {
                let found = field.withUnsafeBytes { CMAPSSParser.quote($0) }
                throw DataError("expected a whole number of cycles of at least 0, found \(found)", at: location)
            }
            cycles.append(value)
        }
        guard !cycles.isEmpty else {
            throw DataError(
                "expected a number of cycles for each unit, found no line", at: SourceLocation(file: file, number: 1))
        }
        guard let last = text.last, CMAPSSLines.isSpace(last) else {
            throw DataError(
                "the last line is cut; expected a newline after the number of cycles, found the end",
                at: SourceLocation(file: file, number: cycles.count))
        }
        self.file = file
        self.cycles = cycles
    }

    private static func wholeNumber(_ field: ArraySlice<UInt8>) -> Int64? {
        field.withUnsafeBytes { bytes in
            var end = 0
            guard let value = DecimalScanner.scan(bytes, from: &end), end == bytes.count,
                value >= 0, value <= 0x1p53, value.rounded() == value
            else { return nil }
            return Int64(value)
        }
    }

    /// The cycles `unit` had left; nil where the file has no line for it.
    public func cycles(ofUnit unit: Int64) -> Int64? {
        guard unit >= 1, unit <= Int64(cycles.count) else { return nil }
        return cycles[Int(unit - 1)]
    }
}

extension RemainingLife {
    /// A row of `unit_id` and `rul` for each unit.
    public func rows() -> RowBatch {
        var rows = RowBatch(schema: RowSchema(keys: .rul, columns: []))
        rows.origin = SourceLocation(file: file, number: 1)
        rows.unitIDs = Array(1...Int64(cycles.count))
        rows.rul = cycles
        return rows
    }
}
