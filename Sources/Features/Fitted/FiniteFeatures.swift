import SensorData

extension [Float] {
    /// The index of the first element that is no finite number; nil where all are.
    ///
    /// Nearly always all are: a pass over their bits, many at a time, says so before any is looked for.
    var firstNotFinite: Int? {
        let largest = reduce(0 as UInt32) { Swift.max($0, $1.bitPattern & 0x7FFF_FFFF) }
        guard largest >= Float.infinity.bitPattern else { return nil }
        return firstIndex { !$0.isFinite }
    }
}

extension FittedFeatures {
    /// Maps all rows of a table, as `apply(_:)` does, for callers that have not chosen the rows themselves.
    ///
    /// - Returns: row-major, shape (table.rowCount, columns.count), all finite.
    /// - Throws: `DataError` naming unit, cycle and feature where a row is so far from those that were learned from that a
    ///   feature of it is no finite number.
    public func finiteValues(of table: FeatureTable) throws -> [Float] {
        let values = apply(table)
        guard let place = values.firstNotFinite else { return values }
        let row = place / columns.count
        let unit = table.units.first { $0.rows.contains(row) }
        throw overflow(
            of: place % columns.count, unitID: unit?.id ?? 0, cycle: table.cycles.isEmpty ? nil : table.cycles[row])
    }

    /// What is wrong with a row whose feature number `column` no float holds.
    func overflow(
        of column: Int, unitID: Int64, cycle: Int64? = nil, at location: SourceLocation? = nil
    ) -> DataError {
        let place = cycle.map { $0 == RowBatch.unknown ? "" : ", cycle \($0)" } ?? ""
        return DataError(
            "unit \(unitID)\(place): feature '\(columns[column])' is no finite number; "
                + "expected readings nearer to those the model learned from", at: location)
    }
}
