import SensorData

/// Room for a batch of decoded rows, filled in place and then handed on in a few bulk copies.
final class RowStage {
    /// Rows that fit.
    let capacity: Int
    /// Numbers in a row.
    let width: Int
    /// Rows that are complete.
    var count = 0
    let unitIDs: UnsafeMutablePointer<Int64>
    let cycles: UnsafeMutablePointer<Int64>
    let timestamps: UnsafeMutablePointer<Int64>
    let rul: UnsafeMutablePointer<Int64>
    let isAnomaly: UnsafeMutablePointer<Int8>
    /// Row-major, shape (capacity, width).
    let values: UnsafeMutablePointer<Double>
    private var passthrough: [String] = []
    private let schema: RowSchema

    init(schema: RowSchema) {
        self.schema = schema
        width = schema.columns.count
        capacity = min(512, max(16, 65_536 / max(1, width)))
        func integers(_ capacity: Int) -> UnsafeMutablePointer<Int64> {
            let room = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
            room.initialize(repeating: RowBatch.unknown, count: capacity)
            return room
        }
        unitIDs = integers(capacity)
        cycles = integers(capacity)
        timestamps = integers(capacity)
        rul = integers(capacity)
        isAnomaly = .allocate(capacity: capacity)
        isAnomaly.initialize(repeating: RowBatch.unknownLabel, count: capacity)
        values = .allocate(capacity: capacity * width)
        values.initialize(repeating: .nan, count: capacity * width)
    }

    deinit {
        unitIDs.deallocate()
        cycles.deallocate()
        timestamps.deallocate()
        rul.deallocate()
        isAnomaly.deallocate()
        values.deallocate()
    }

    var isFull: Bool { count == capacity }

    /// Completes the row in place, with `text` its members that are no columns.
    func commit(passthrough text: String = "") {
        if !text.isEmpty {
            while passthrough.count < count { passthrough.append("") }
            passthrough.append(text)
        } else if !passthrough.isEmpty {
            passthrough.append("")
        }
        count += 1
    }

    /// Forgets what was written of the row that is not yet complete.
    func clearRow() {
        cycles[count] = RowBatch.unknown
        timestamps[count] = RowBatch.unknown
        rul[count] = RowBatch.unknown
        isAnomaly[count] = RowBatch.unknownLabel
        (values + count * width).update(repeating: .nan, count: width)
    }

    /// Replaces what `batch` holds by the complete rows, and forgets them.
    func move(to batch: inout RowBatch, origin: SourceLocation) {
        batch.removeAll(schema: schema)
        batch.origin = origin
        batch.unitIDs.append(contentsOf: UnsafeBufferPointer(start: unitIDs, count: count))
        if schema.keys.contains(.cycle) {
            batch.cycles.append(contentsOf: UnsafeBufferPointer(start: cycles, count: count))
        }
        if schema.keys.contains(.timestamp) {
            batch.timestamps.append(contentsOf: UnsafeBufferPointer(start: timestamps, count: count))
        }
        if schema.keys.contains(.rul) { batch.rul.append(contentsOf: UnsafeBufferPointer(start: rul, count: count)) }
        if schema.keys.contains(.isAnomaly) {
            batch.isAnomaly.append(contentsOf: UnsafeBufferPointer(start: isAnomaly, count: count))
        }
        batch.values.append(contentsOf: UnsafeBufferPointer(start: values, count: count * width))
        if !passthrough.isEmpty {
            batch.passthrough.append(contentsOf: passthrough)
            passthrough.removeAll(keepingCapacity: true)
        }
        count = 0
    }
}
