import SensorData

/// Writes the members that rows and windows have in common.
///
/// `unit_id`, `cycle`, `timestamp` (milliseconds since 1970) and `rul` are `<i8`, the lowest value standing for unknown.
/// `is_anomaly` is `|b1`, so that it serves as a mask; from the first array on that has an unknown label it is `|i1` with
/// -1 for unknown.
struct NPYIdentityWriter {
    /// So many records stay in the nearest cache while their members are put in one by one.
    private static let rowsAtOnce = 32

    let keys: RowSchema.Keys
    private var hasUnknownLabel = false

    init(keys: RowSchema.Keys) {
        self.keys = keys
    }

    /// In bytes.
    var size: Int {
        let integers = [RowSchema.Keys.cycle, .timestamp, .rul].count { keys.contains($0) }
        return 8 + 8 * integers + (keys.contains(.isAnomaly) ? 1 : 0)
    }

    /// The fields as Python literals.
    var fields: [String] {
        var fields = ["('unit_id', '<i8')"]
        if keys.contains(.cycle) { fields.append("('cycle', '<i8')") }
        if keys.contains(.timestamp) { fields.append("('timestamp', '<i8')") }
        if keys.contains(.rul) { fields.append("('rul', '<i8')") }
        if keys.contains(.isAnomaly) { fields.append("('is_anomaly', '\(hasUnknownLabel ? "|i1" : "|b1")')") }
        return fields
    }

    /// Puts the members of `rows` in the first record at `records` and those that follow, `stride` bytes apart.
    mutating func put(
        _ rows: some RandomAccessCollection<Int>, of batch: RowBatch, at records: UnsafeMutableRawPointer, stride: Int
    ) {
        var rest = rows[...]
        var place = records
        while !rest.isEmpty {
            let part = rest.prefix(NPYIdentityWriter.rowsAtOnce)
            putPart(part, of: batch, at: place, stride: stride)
            rest = rest.dropFirst(part.count)
            place += part.count * stride
        }
    }

    /// Puts one member after the other.
    @inline(__always)
    private mutating func putPart(
        _ rows: some RandomAccessCollection<Int>, of batch: RowBatch, at records: UnsafeMutableRawPointer, stride: Int
    ) {
        guard let lowest = rows.min(), let highest = rows.max() else { return }
        var place = records
        func put<Value: BitwiseCopyable>(_ column: [Value]) {
            precondition(lowest >= 0 && highest < column.count)
            column.withUnsafeBufferPointer { values in
                var at = place
                for row in rows {
                    at.storeBytes(of: values[row], as: Value.self)
                    at += stride
                }
            }
            place += MemoryLayout<Value>.size
        }
        put(batch.unitIDs)
        if keys.contains(.cycle) { put(batch.cycles) }
        if keys.contains(.timestamp) { put(batch.timestamps) }
        if keys.contains(.rul) { put(batch.rul) }
        if keys.contains(.isAnomaly) {
            put(batch.isAnomaly)
            if rows.contains(where: { batch.isAnomaly[$0] == RowBatch.unknownLabel }) { hasUnknownLabel = true }
        }
    }

    mutating func put(_ index: Int, of batch: WindowBatch, _ cursor: inout RecordCursor) {
        cursor.put(batch.unitIDs[index])
        if keys.contains(.cycle) { cursor.put(batch.cycles[index]) }
        if keys.contains(.timestamp) { cursor.put(batch.timestamps[index]) }
        if keys.contains(.rul) { cursor.put(batch.rul[index]) }
        if keys.contains(.isAnomaly) {
            cursor.put(batch.isAnomaly[index])
            if batch.isAnomaly[index] == RowBatch.unknownLabel { hasUnknownLabel = true }
        }
    }
}
