/// One way in which a row breaks the rules.
public struct Violation: Equatable, Sendable, Encodable, CustomStringConvertible {
    /// What was checked.
    public enum Check: String, Sendable, Encodable, CaseIterable {
        /// The stream has the columns it should have.
        case columns
        /// Values have the type of their column.
        case type
        /// No value is missing.
        case missing
        /// Values lie in their physical range.
        case range
        /// Cycles rise by one, times rise, a unit's rows stand together.
        case order
        /// Labels agree with the cycles.
        case label
        /// Columns change.
        case constant
        /// There are rows, and the stream can be read to its end.
        case stream
    }

    /// The rule that is broken.
    public var check: Check
    /// Where; nil for what has no place, such as an empty stream.
    public var location: SourceLocation?
    /// The name of the column at fault.
    public var column: String?
    /// The unit of the row.
    public var unitID: Int64?
    /// The cycle of the row.
    public var cycle: Int64?
    /// What is wrong; what was expected and found.
    public var message: String

    /// `file:line: column: message`
    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        return place + (column.map { "\($0): " } ?? "") + message
    }

    private enum Key: String, CodingKey {
        case check, file, line, record, byte, column, cycle, message
        case unitID = "unit_id"
    }

    /// Encodes `check, file, line (or record), byte, column, unit_id, cycle, message`, without what is not known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(check, forKey: .check)
        try container.encodeIfPresent(location?.file, forKey: .file)
        if let location { try container.encode(location.number, forKey: location.unit == .line ? .line : .record) }
        try container.encodeIfPresent(location?.column, forKey: .byte)
        try container.encodeIfPresent(column, forKey: .column)
        try container.encodeIfPresent(unitID, forKey: .unitID)
        try container.encodeIfPresent(cycle, forKey: .cycle)
        try container.encode(message, forKey: .message)
    }
}

/// What a validation found.
public struct ValidationVerdict: Equatable, Sendable, Encodable {
    /// A unit with fewer rows than a window.
    public struct ShortUnit: Equatable, Sendable, Encodable {
        /// `unit_id`
        public var unitID: Int64
        /// How many rows it has.
        public var rows: Int

        private enum CodingKeys: String, CodingKey {
            case rows
            case unitID = "unit_id"
        }
    }

    /// Rows seen.
    public var rowCount = 0
    /// Units seen.
    public var unitCount = 0
    /// Violations of each check.
    public var counts: [Violation.Check: Int] = [:]
    /// The first violations, in the order of the stream.
    public var violations: [Violation] = []
    /// How many units are too short for a window; no violation, as a unit's life may just have begun.
    public var shortUnitCount = 0
    /// The first of them.
    public var shortUnits: [ShortUnit] = []
    /// Columns that had one value throughout and may.
    public var constantColumns: [String] = []

    /// All violations, listed or not.
    public var violationCount: Int { counts.values.reduce(0, +) }
    /// Whether no rule is broken.
    public var passed: Bool { counts.isEmpty }

    /// `passed: 20631 rows of 100 units`, or `failed: …` with the violations of each check.
    public var summary: String {
        let extent = "\(Self.count(rowCount, "row")) of \(Self.count(unitCount, "unit"))"
        guard !passed else { return "passed: \(extent)" }
        let parts = Violation.Check.allCases.compactMap { check in counts[check].map { "\(check.rawValue) \($0)" } }
        return "failed: \(Self.count(violationCount, "violation")) in \(extent) (\(parts.joined(separator: ", ")))"
    }

    /// `1 row`, `2 rows`.
    public static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private enum Key: String, CodingKey {
        case passed, rows, units, counts, violations
        case violationCount = "violation_count"
        case shortUnitCount = "short_unit_count"
        case shortUnits = "short_units"
        case constantColumns = "constant_columns"
    }

    /// Encodes `passed, rows, units, violation_count, counts, violations, short_unit_count, short_units, constant_columns`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(passed, forKey: .passed)
        try container.encode(rowCount, forKey: .rows)
        try container.encode(unitCount, forKey: .units)
        try container.encode(violationCount, forKey: .violationCount)
        let named = counts.map { ($0.key.rawValue, $0.value) }
        try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .counts)
        try container.encode(violations, forKey: .violations)
        try container.encode(shortUnitCount, forKey: .shortUnitCount)
        try container.encode(shortUnits, forKey: .shortUnits)
        try container.encode(constantColumns, forKey: .constantColumns)
    }
}
