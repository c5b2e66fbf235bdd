import Kernels
import SensorData
import VectorMath

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

    /// The end of the run of one unit's rows that starts at `start` and is not interrupted by a new life of the unit.
    func endOfRun(from start: Int) -> Int {
        let slot = slots[start]
        var end = start + 1
        while end < slots.count, slots[end] == slot, arrivals[end] != .begins { end += 1 }
        return end
    }
}

extension AdmittedRows {
    /// Makes room for `count` rows of `width` columns.
    mutating func prepare(_ count: Int, width: Int) {
        self.width = width
        rows.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        arrivals.removeAll(keepingCapacity: true)
        rows.reserveCapacity(count)
        slots.reserveCapacity(count)
        arrivals.reserveCapacity(count)
        values.resize(to: count * width)
    }

    /// Adds row `row` of `batch`.
    ///
    /// - Returns: whether all its values are numbers of at most `limit` in magnitude.
    mutating func take(
        _ row: Int, of batch: RowBatch, slot: Int, arrival: Arrival, columns: [ColumnGroup], limit: Double
    ) -> Bool {
        let isSound = pick(row..<row + 1, of: batch, columns: columns, limit: limit) == 1
        rows.append(row)
        slots.append(slot)
        arrivals.append(arrival)
        return isSound
    }

    /// Adds rows of one unit that follow each other, up to the first one that has a value beyond `limit` or none.
    ///
    /// - Returns: how many were added.
    mutating func takeRun(
        _ run: Range<Int>, of batch: RowBatch, slot: Int, columns: [ColumnGroup], limit: Double
    ) -> Int {
        let count = pick(run, of: batch, columns: columns, limit: limit)
        rows.append(contentsOf: run.prefix(count))
        slots.append(contentsOf: repeatElement(slot, count: count))
        arrivals.append(contentsOf: repeatElement(.follows, count: count))
        return count
    }

    /// Copies the selected columns of `run` behind the rows there are.
    ///
    /// - Returns: how many rows come before the first one with a value beyond `limit` or none, which is copied too.
    private mutating func pick(
        _ run: Range<Int>, of batch: RowBatch, columns: [ColumnGroup], limit: Double
    ) -> Int {
        let (first, width, size) = (rows.count * width, width, MemoryLayout<Double>.size)
        let givenWidth = batch.width
        return values.withUnsafeMutableBufferPointer { values in
            batch.values.withUnsafeBufferPointer { given in
                columns.withUnsafeBufferPointer { columns in
                    precondition(
                        first + run.count * width <= values.count && run.upperBound * givenWidth <= given.count)
                    guard let target = values.baseAddress, let source = given.baseAddress else { return run.count }
                    return kernels.copyRows(
                        RowCopy(
                            from: source + run.lowerBound * givenWidth, stride: givenWidth * size, to: target + first,
                            stride: width * size, count: run.count, columns: columns, limit: limit))
                }
            }
        }
    }

    mutating func removeLast() {
        rows.removeLast()
        slots.removeLast()
        arrivals.removeLast()
    }

    /// Forgets all but the first `count` rows.
    mutating func keepFirst(_ count: Int) {
        rows.removeLast(rows.count - count)
        slots.removeLast(slots.count - count)
        arrivals.removeLast(arrivals.count - count)
        finish()
    }

    /// Gives `values` the size of the rows there are.
    mutating func finish() {
        values.resize(to: count * width)
    }
}

extension [Double] {
    /// Changes the length; what is added is 0.
    fileprivate mutating func resize(to length: Int) {
        if count < length {
            append(contentsOf: repeatElement(0, count: length - count))
        } else if count > length {
            removeLast(count - length)
        }
    }
}
