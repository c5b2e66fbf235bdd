/// Windows of consecutive rows of one unit, as detectors take them.
///
/// A window is a view: window `i` covers the rows `starts[i] ..< starts[i] + length` of the row-major matrix `rows`, so
/// that overlapping windows share their rows. Identity and label are those of the window's last row.
public struct WindowBatch: Sendable {
    /// The names of the columns of `rows`.
    public var columns: [String]
    /// The number of rows (cycles) in a window.
    public var length: Int
    /// Row-major values, shape (row count, columns.count).
    public var rows: [Float] = []
    /// The first row of each window.
    public var starts: [Int] = []
    /// Where the first window came from.
    public var origin = SourceLocation(file: "<memory>", number: 1, unit: .record)
    /// The members known of each window beside `unit_id`.
    public var keys: RowSchema.Keys
    /// `unit_id` of each window.
    public var unitIDs: [Int64] = []
    /// `cycle` of each window's last row, or empty.
    public var cycles: [Int64] = []
    /// `timestamp` of each window's last row in milliseconds since 1970, or empty.
    public var timestamps: [Int64] = []
    /// Remaining useful life at each window's last row, `RowBatch.unknown` where it is, or empty.
    public var rul: [Int64] = []
    /// Ground truth of each window's last row: 0, 1 or `RowBatch.unknownLabel`, or empty.
    public var isAnomaly: [Int8] = []

    /// An empty batch of windows of `length` rows.
    public init(columns: [String], length: Int, keys: RowSchema.Keys) {
        self.columns = columns
        self.length = length
        self.keys = keys
    }

    /// The number of windows.
    public var count: Int { starts.count }
    /// The number of columns.
    public var width: Int { columns.count }
    /// Where window `index` came from.
    public func location(of index: Int) -> SourceLocation {
        var place = origin
        place.number += index
        return place
    }

    /// Calls `body` with the `length × width` values of window `index`, row-major.
    @inlinable
    public func withWindow<Result>(_ index: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows
        -> Result
    {
        let first = starts[index] * columns.count
        let end = first + length * columns.count
        precondition(first >= 0 && end <= rows.count, "a window lies outside its rows")
        return try rows.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[first..<end])) }
    }
}

extension WindowBatch {
    /// Forgets the windows and keeps the memory; their members are now `keys`.
    public mutating func removeAll(keys: RowSchema.Keys) {
        self.keys = keys
        rows.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        unitIDs.removeAll(keepingCapacity: true)
        cycles.removeAll(keepingCapacity: true)
        timestamps.removeAll(keepingCapacity: true)
        rul.removeAll(keepingCapacity: true)
        isAnomaly.removeAll(keepingCapacity: true)
    }

    /// The windows for which `holds` is true of their number, on the same rows.
    public func selecting(where holds: (Int) -> Bool) -> WindowBatch {
        var chosen = self
        let kept = (0..<count).filter(holds)
        chosen.starts = kept.map { starts[$0] }
        chosen.unitIDs = kept.map { unitIDs[$0] }
        if !cycles.isEmpty { chosen.cycles = kept.map { cycles[$0] } }
        if !timestamps.isEmpty { chosen.timestamps = kept.map { timestamps[$0] } }
        if !rul.isEmpty { chosen.rul = kept.map { rul[$0] } }
        if !isAnomaly.isEmpty { chosen.isAnomaly = kept.map { isAnomaly[$0] } }
        return chosen
    }

    /// Appends the identifiers and labels of row `index` of `batch`, the last row of a window; the caller appends to
    /// `starts`.
    public mutating func appendIdentity(of index: Int, from batch: RowBatch) {
        unitIDs.append(batch.unitIDs[index])
        if keys.contains(.cycle) { cycles.append(batch.cycles[index]) }
        if keys.contains(.timestamp) { timestamps.append(batch.timestamps[index]) }
        if keys.contains(.rul) { rul.append(batch.rul[index]) }
        if keys.contains(.isAnomaly) { isAnomaly.append(batch.isAnomaly[index]) }
    }
}
