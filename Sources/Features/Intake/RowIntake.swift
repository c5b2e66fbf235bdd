import Kernels
import SensorData

/// The door through which rows enter everything that remembers units: it picks the selected columns, knows whose row
/// each one is, insists on their order, and deals with missing values.
///
/// Rows of several units may be interleaved. Within a unit the cycle rises (without cycles: the timestamp does not
/// fall). A unit whose cycle goes back to 1 (or 0) begins a new life and nothing of the old one is remembered: that is
/// what files one after the other look like, or an engine after an overhaul.
///
/// Memory: `columns.count + 5` words a unit.
public struct RowIntake: Sendable {
    /// The largest magnitude whose squares can be added up in a double.
    public static let largestSquarable = 1e150
    /// The largest magnitude that a float holds.
    public static let largestFloat = Double(Float.greatestFiniteMagnitude)

    /// The columns picked, in this order.
    public let columns: [String]
    /// What becomes of rows with a missing value.
    public let missing: MissingValuePolicy
    /// Greater magnitudes are as bad as missing ones.
    public let largestMagnitude: Double
    /// How many missing values the unit's last value stood in for.
    public private(set) var heldCount = 0
    /// How many rows were skipped.
    public private(set) var droppedCount = 0
    /// `unit_id` by slot.
    public private(set) var unitIDs: [Int64] = []

    private var slots: [Int64: Int] = [:]
    /// The last cycle (or timestamp) by slot; `RowBatch.unknown` while there is none.
    private var positions: [Int64] = []
    /// The last row's values, shape (slots, columns).
    private var lastValues: [Double] = []
    /// How the next row follows at best, by slot: not better than `skips` after a row that was dropped.
    private var due: [AdmittedRows.Arrival] = []
    /// Whether `lastValues` holds a row, by slot.
    private var hasValues: [Bool] = []
    private var schema: RowSchema?
    /// Where `columns` stand in `schema`.
    private var indices: [Int] = []
    /// The same, as they are copied.
    private var picked: [ColumnGroup] = []

    /// Picks `columns` out of the rows to come.
    public init(
        columns: [String], missing: MissingValuePolicy = .error, largestMagnitude: Double = RowIntake.largestSquarable
    ) {
        self.columns = columns
        self.missing = missing
        self.largestMagnitude = largestMagnitude
    }

    /// Replaces `admitted` by the rows of `batch` that take part.
    ///
    /// - Throws: `DataError` naming the row and the column. `admitted` then holds the rows before that one, so that
    ///   what comes out does not depend on how the stream was cut into batches.
    public mutating func admit(_ batch: RowBatch, into admitted: inout AdmittedRows) throws {
        if batch.schema != schema {
            admitted.prepare(0, width: columns.count)
            try adopt(batch)
        }
        admitted.prepare(batch.count, width: columns.count)
        var slot = -1
        defer {
            admitted.finish()
            if slot >= 0 { remember(admitted, slot: slot) }
        }
        var unitID: Int64 = 0
        var row = 0
        while row < batch.count {
            if slot < 0 || batch.unitIDs[row] != unitID {
                if slot >= 0 { remember(admitted, slot: slot) }
                unitID = batch.unitIDs[row]
                slot = slots[unitID] ?? newSlot(unitID)
            }
            let run = runOfFollowers(from: row, in: batch, slot: slot)
            if !run.isEmpty {
                let taken = admitted.takeRun(run, of: batch, slot: slot, columns: picked, limit: largestMagnitude)
                positions[slot] += Int64(taken)
                row += taken
                if taken > 0 { continue }
            }
            defer { row += 1 }
            let arrival = try arrival(of: row, in: batch, slot: slot)
            if arrival == .begins { hasValues[slot] = false }
            guard admitted.take(row, of: batch, slot: slot, arrival: arrival, columns: picked, limit: largestMagnitude)
            else {
                try repair(row, of: batch, slot: slot, arrival: arrival, in: &admitted)
                continue
            }
        }
    }

    /// Finds the columns in a schema not seen before.
    private mutating func adopt(_ batch: RowBatch) throws {
        indices = try columns.map { name in
            guard let index = batch.schema.index(of: name) else {
                let names = batch.schema.columns.joined(separator: ", ")
                throw DataError("column '\(name)' is missing; expected it beside \(names)", at: batch.location(of: 0))
            }
            return index
        }
        picked = ColumnGroup.groups(of: indices)
        schema = batch.schema
    }

    private mutating func newSlot(_ unitID: Int64) -> Int {
        let slot = unitIDs.count
        slots[unitID] = slot
        unitIDs.append(unitID)
        positions.append(RowBatch.unknown)
        hasValues.append(false)
        lastValues.append(contentsOf: repeatElement(0, count: columns.count))
        due.append(.begins)
        return slot
    }

    /// The rows from `row` on that are the unit's next cycles, one after another.
    private func runOfFollowers(from row: Int, in batch: RowBatch, slot: Int) -> Range<Int> {
        guard due[slot] == .follows, !batch.cycles.isEmpty, positions[slot] != RowBatch.unknown else {
            return row..<row
        }
        let unitID = unitIDs[slot]
        var next = positions[slot]
        var end = row
        batch.unitIDs.withUnsafeBufferPointer { units in
            batch.cycles.withUnsafeBufferPointer { cycles in
                while end < units.count, units[end] == unitID, cycles[end] == next &+ 1, cycles[end] > next {
                    next = cycles[end]
                    end += 1
                }
            }
        }
        return row..<end
    }

    /// Says how the row follows, and moves the unit's position.
    private mutating func arrival(of row: Int, in batch: RowBatch, slot: Int) throws -> AdmittedRows.Arrival {
        let hasCycle = !batch.cycles.isEmpty
        let position =
            hasCycle ? batch.cycles[row] : batch.timestamps.isEmpty ? RowBatch.unknown : batch.timestamps[row]
        let last = positions[slot]
        let best = due[slot]
        if position != RowBatch.unknown { positions[slot] = position }
        due[slot] = .follows
        if best == .begins || position == RowBatch.unknown || last == RowBatch.unknown { return best }
        guard hasCycle else {
            if position >= last { return best }
            throw DataError(
                "unit \(batch.unitIDs[row]): the timestamp falls; expected \(Timestamp.string(last)) or later, "
                    + "found \(Timestamp.string(position))", at: batch.location(of: row))
        }
        if position == last &+ 1 { return best }
        if position > last { return .skips }
        if position < last, position == 0 || position == 1 { return .begins }
        throw DataError(
            "unit \(batch.unitIDs[row]): cycle out of order; expected \(last &+ 1) or later, found \(position)",
            at: batch.location(of: row))
    }

    /// Deals with a row that has missing values, the last one of `admitted`, as the policy says.
    private mutating func repair(
        _ row: Int, of batch: RowBatch, slot: Int, arrival: AdmittedRows.Arrival, in admitted: inout AdmittedRows
    ) throws {
        let width = columns.count
        let start = (admitted.count - 1) * width
        let faults = (0..<width).filter { !(admitted.values[start + $0].magnitude <= largestMagnitude) }
        if missing == .hold {
            let isFirst = admitted.count < 2 || admitted.slots[admitted.count - 2] != slot || arrival == .begins
            if !isFirst || hasValues[slot] {
                for column in faults {
                    admitted.values[start + column] =
                        isFirst ? lastValues[slot * width + column] : admitted.values[start - width + column]
                }
                heldCount += faults.count
                return
            }
        }
        admitted.removeLast()
        if missing == .error {
            let value = batch.values[row * batch.width + indices[faults[0]]]
            let what = value.isFinite ? "is out of range" : "is missing"
            let expected = value.isFinite ? "at most \(largestMagnitude)" : "a finite number"
            let found = value.isNaN ? "none" : "\(value)"
            throw DataError(
                "unit \(batch.unitIDs[row]): column '\(columns[faults[0]])' \(what); expected \(expected), found \(found)",
                at: batch.location(of: row))
        }
        droppedCount += 1
        // The next row has to begin the life that this one would have begun, and never follows without a gap.
        due[slot] = arrival == .begins ? .begins : .skips
    }

    /// Keeps the last admitted row of a unit, to be held and to be saved.
    private mutating func remember(_ admitted: AdmittedRows, slot: Int) {
        guard admitted.slots.last == slot else { return }
        let width = columns.count
        hasValues[slot] = true
        for column in 0..<width {
            lastValues[slot * width + column] = admitted.values[(admitted.count - 1) * width + column]
        }
    }
}

extension RowIntake {
    /// Writes what is known of each unit.
    public func encode(into encoder: inout StateEncoder) {
        encoder.put(columns)
        encoder.put(unitIDs)
        encoder.put(positions)
        encoder.put(due.map { Int64($0.rawValue) })
        encoder.put(hasValues.map { $0 ? 1 : 0 } as [Int64])
        encoder.put(lastValues)
    }

    /// Takes on what `encode` wrote for the same columns.
    ///
    /// - Throws: `FeatureError.otherSettings` where the columns differ, `DataError` where the state is damaged.
    public mutating func restore(from decoder: inout StateDecoder) throws {
        let found = try decoder.strings()
        guard found == columns else {
            throw FeatureError.otherSettings(
                "the state was written for other columns; expected \(columns.joined(separator: ", ")), "
                    + "found \(found.joined(separator: ", "))")
        }
        unitIDs = try decoder.int64s()
        positions = try decoder.int64s()
        let arrivals = try decoder.int64s().map { UInt8(exactly: $0).flatMap(AdmittedRows.Arrival.init) }
        hasValues = try decoder.int64s().map { $0 == 1 }
        lastValues = try decoder.doubles(count: unitIDs.count * columns.count)
        due = arrivals.compactMap { $0 }
        slots = Dictionary(zip(unitIDs, unitIDs.indices)) { first, _ in first }
        let counts = [positions.count, arrivals.count, due.count, hasValues.count, slots.count]
        guard counts.allSatisfy({ $0 == unitIDs.count }) else { throw decoder.damaged("the units do not agree") }
    }
}
