/// A run of consecutive rows of one stream.
///
/// Identifiers are kept in arrays of their own; the numeric columns are one row-major matrix of shape
/// (count, schema.columns.count). A member that the schema does not list has an empty array. A batch is meant to be
/// reused: `removeAll()` keeps its memory.
public struct RowBatch: Sendable {
    /// Stands for an unknown `rul`, and for an unknown `timestamp` or `cycle`.
    public static let unknown = Int64.min
    /// Stands for an unknown `is_anomaly`, whose known values are 0 and 1.
    public static let unknownLabel: Int8 = -1

    /// What the rows carry. It may change between batches of a stream only where one input file follows another.
    public private(set) var schema: RowSchema
    /// Where the first row came from; row `i` is `i` lines (or records) further on.
    public var origin = SourceLocation(file: "<memory>", number: 1)

    /// `unit_id` of each row.
    public var unitIDs: [Int64] = []
    /// `cycle` of each row, or empty.
    public var cycles: [Int64] = []
    /// `timestamp` of each row in milliseconds since 1970-01-01T00:00:00Z, or empty.
    public var timestamps: [Int64] = []
    /// Remaining useful life of each row in cycles, `unknown` where it is, or empty.
    public var rul: [Int64] = []
    /// Ground truth of each row: 0, 1 or `unknownLabel`, or empty.
    public var isAnomaly: [Int8] = []
    /// The numeric columns, row-major. A missing value is NaN.
    public var values: [Double] = []
    /// Members that are no numbers and no known names, as the JSON text between the braces' commas
    /// (`"site":"A","note":null`); empty when no row of the batch has any, else one string a row.
    public var passthrough: [String] = []

    /// An empty batch for rows of `schema`.
    public init(schema: RowSchema) {
        self.schema = schema
    }

    /// The number of rows.
    public var count: Int { unitIDs.count }
    /// True when there is no row.
    public var isEmpty: Bool { unitIDs.isEmpty }
    /// The number of numeric columns.
    public var width: Int { schema.columns.count }

    /// Forgets the rows and keeps the memory; with `schema`, takes on that one.
    public mutating func removeAll(schema: RowSchema? = nil) {
        if let schema, schema != self.schema { self.schema = schema }
        unitIDs.removeAll(keepingCapacity: true)
        cycles.removeAll(keepingCapacity: true)
        timestamps.removeAll(keepingCapacity: true)
        rul.removeAll(keepingCapacity: true)
        isAnomaly.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        passthrough.removeAll(keepingCapacity: true)
    }

    /// Where row `index` came from.
    public func location(of index: Int) -> SourceLocation {
        var location = origin
        location.number += index
        return location
    }

    /// Appends the identifiers, labels and passed-through members of row `index` of `other`, but none of its numbers:
    /// the caller appends `width` values.
    public mutating func appendIdentity(of index: Int, from other: RowBatch) {
        unitIDs.append(other.unitIDs[index])
        if schema.keys.contains(.cycle) { cycles.append(other.cycles[index]) }
        if schema.keys.contains(.timestamp) { timestamps.append(other.timestamps[index]) }
        if schema.keys.contains(.rul) { rul.append(other.rul[index]) }
        if schema.keys.contains(.isAnomaly) { isAnomaly.append(other.isAnomaly[index]) }
        if !other.passthrough.isEmpty {
            while passthrough.count < count - 1 { passthrough.append("") }
            passthrough.append(other.passthrough[index])
        } else if !passthrough.isEmpty {
            passthrough.append("")
        }
    }
}

extension RowBatch {
    /// Becomes the rows `rows` of `other` in identity, labels and passed-through members, with the numeric columns of
    /// `schema`.
    ///
    /// - Parameter fill: writes all of the numbers, row-major, shape (rows.count, schema.columns.count); the memory it is
    ///   given is not initialised.
    public mutating func take(
        _ rows: [Int], of other: RowBatch, schema: RowSchema, filling fill: (UnsafeMutableBufferPointer<Double>) -> Void
    ) {
        removeAll(schema: schema)
        let size = rows.count * width
        values.append(addingCapacity: size) { span in
            span.withUnsafeMutableBufferPointer { memory, count in
                fill(UnsafeMutableBufferPointer(rebasing: memory[..<size]))
                count = size
            }
        }
        if let first = rows.first { origin = other.location(of: first) }
        if rows.count == other.count {
            unitIDs.append(contentsOf: other.unitIDs)
            cycles.append(contentsOf: other.cycles)
            timestamps.append(contentsOf: other.timestamps)
            rul.append(contentsOf: other.rul)
            isAnomaly.append(contentsOf: other.isAnomaly)
            passthrough.append(contentsOf: other.passthrough)
        } else {
            for row in rows { appendIdentity(of: row, from: other) }
        }
    }
}
