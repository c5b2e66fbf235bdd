import SensorData

/// The rows of a batch that take part: which ones, whose they are, and the values of the selected columns.
///
/// A slot is the number of a unit in order of first appearance; consumers keep what they remember of a unit in arrays
/// by slot.
public struct AdmittedRows: Sendable {
    /// How a row follows the row that its unit had before.
    public enum Arrival: UInt8, Sendable {
        /// The unit's first row, or its first row of a new life (see `RowIntake`).
        case begins
        /// The next cycle.
        case follows
        /// A later cycle: rows between are missing.
        case skips
    }

    /// The index of each row in the batch, rising.
    public internal(set) var rows: [Int] = []
    /// The slot of each row's unit.
    public internal(set) var slots: [Int] = []
    /// How each row follows its unit's last one.
    public internal(set) var arrivals: [Arrival] = []
    /// The selected columns, row-major, shape (count, width): finite numbers.
    public internal(set) var values: [Double] = []
    /// The number of selected columns.
    public internal(set) var width = 0

    /// No rows.
    public init() {}

    /// The number of rows.
    public var count: Int { rows.count }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        arrivals.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    /// The end of the run of one unit's rows that starts at `start` and is not interrupted by a new life of the unit.
    func endOfRun(from start: Int) -> Int {
        var end = start + 1
        while end < count, slots[end] == slots[start], arrivals[end] != .begins { end += 1 }
        return end
    }
}

extension AdmittedRows {
    mutating func reserve(_ count: Int) {
        rows.reserveCapacity(count)
        slots.reserveCapacity(count)
        arrivals.reserveCapacity(count)
        values.reserveCapacity(count * width)
    }

    /// Appends row `row` of `batch`.
    ///
    /// - Returns: whether all its values are numbers of at most `limit` in magnitude.
    mutating func take(
        _ row: Int, of batch: RowBatch, slot: Int, arrival: Arrival, indices: [Int], limit: Double
    ) -> Bool {
        rows.append(row)
        slots.append(slot)
        arrivals.append(arrival)
        var isSound = true
        let start = row * batch.width
        for index in indices {
            let value = batch.values[start + index]
            isSound = isSound && value.magnitude <= limit
            values.append(value)
        }
        return isSound
    }

    mutating func removeLast() {
        rows.removeLast()
        slots.removeLast()
        arrivals.removeLast()
        values.removeLast(width)
    }
}
