import SensorData

/// All rows of a training file in memory, unit by unit: what a trainer learns from.
///
/// Rows of a unit stand together in the order in which they came, also where the file interleaved them. Made by
/// `FeatureTableBuilder`; a trainer fits features on some of its units (`FittedFeatures.fit`), maps all its rows
/// (`FittedFeatures.apply`), and takes windows of any units as views on those (`windows`).
public struct FeatureTable: Sendable {
    /// One life of a unit.
    public struct Unit: Hashable, Sendable {
        /// `unit_id`
        public var id: Int64
        /// Its rows in the table.
        public var rows: Range<Int>
    }

    /// The names of the columns.
    public let columns: [String]
    /// The members known of the rows beside `unit_id`.
    public internal(set) var keys: RowSchema.Keys
    /// The units in order of appearance. A unit that began a new life stands here once per life, with the same id.
    public internal(set) var units: [Unit] = []
    /// Row-major values, shape (rowCount, columns.count).
    public internal(set) var values: [Double] = []
    /// Whether each row directly follows the row before it; false at a unit's first row and after a gap in cycles.
    public internal(set) var follows: [Bool] = []
    /// `cycle` of each row, or empty.
    public internal(set) var cycles: [Int64] = []
    /// `timestamp` of each row, or empty.
    public internal(set) var timestamps: [Int64] = []
    /// Remaining useful life of each row in cycles, `RowBatch.unknown` where it is, or empty.
    public internal(set) var rul: [Int64] = []
    /// Ground truth of each row: 0, 1 or `RowBatch.unknownLabel`, or empty.
    public internal(set) var isAnomaly: [Int8] = []

    init(columns: [String], keys: RowSchema.Keys) {
        self.columns = columns
        self.keys = keys
    }

    /// The number of rows.
    public var rowCount: Int { follows.count }
    /// The number of columns.
    public var width: Int { columns.count }
    /// The distinct unit ids in order of appearance: what a split divides, so that two lives of a unit stay together.
    public var unitIDs: [Int64] {
        var seen: Set<Int64> = []
        return units.map(\.id).filter { seen.insert($0).inserted }
    }

    /// Rows that may be learned from as healthy: at least `limit` cycles of remaining useful life; where that is not
    /// known, rows not labelled anomalous.
    public func healthyRows(remaining limit: Int64) -> [Bool] {
        (0..<rowCount).map { row in
            if !rul.isEmpty, rul[row] != RowBatch.unknown { return rul[row] >= limit }
            return isAnomaly.isEmpty || isAnomaly[row] != 1
        }
    }

    /// Of `mask`, the rows of the units with these ids.
    public func rows(ofUnits ids: Set<Int64>, where mask: [Bool]? = nil) -> [Bool] {
        var result = [Bool](repeating: false, count: rowCount)
        for unit in units where ids.contains(unit.id) {
            for row in unit.rows { result[row] = mask?[row] ?? true }
        }
        return result
    }

    /// The windows whose last row is in `mask`, as views on `features`.
    ///
    /// - Parameters:
    ///   - features: the mapped rows, row-major, shape (rowCount, columns.count); shared, not copied.
    ///   - columns: the names of their columns.
    ///   - shape: length and stride; a window never spans units or gaps.
    ///   - mask: for each row whether a window may end there; nil for all.
    public func windows(
        of features: [Float], columns: [String], shape: WindowShape, endingIn mask: [Bool]? = nil
    ) throws -> WindowBatch {
        try shape.validate()
        precondition(features.count == rowCount * columns.count, "one value per row and column")
        var batch = WindowBatch(columns: columns, length: shape.length, keys: keys)
        batch.rows = features
        for unit in units {
            var before = 0
            for row in unit.rows {
                before = follows[row] ? before + 1 : 0
                guard shape.endsWindow(before: before), mask?[row] ?? true else { continue }
                batch.starts.append(row - shape.length + 1)
                batch.unitIDs.append(unit.id)
                if keys.contains(.cycle) { batch.cycles.append(cycles[row]) }
                if keys.contains(.timestamp) { batch.timestamps.append(timestamps[row]) }
                if keys.contains(.rul) { batch.rul.append(rul[row]) }
                if keys.contains(.isAnomaly) { batch.isAnomaly.append(isAnomaly[row]) }
            }
        }
        return batch
    }

    /// The same rows with these of the columns, in this order.
    ///
    /// - Precondition: the table has all of `names`.
    public func selecting(_ names: [String]) -> FeatureTable {
        let indices = names.compactMap(columns.firstIndex)
        precondition(indices.count == names.count, "columns of the table")
        var chosen = FeatureTable(columns: names, keys: keys)
        (chosen.units, chosen.follows, chosen.cycles) = (units, follows, cycles)
        (chosen.timestamps, chosen.rul, chosen.isAnomaly) = (timestamps, rul, isAnomaly)
        chosen.values.reserveCapacity(rowCount * names.count)
        for row in 0..<rowCount {
            for index in indices { chosen.values.append(values[row * width + index]) }
        }
        return chosen
    }

    /// The table's own values as floats: the features of a model that maps nothing.
    public var floatValues: [Float] { values.map(Float.init) }
}
