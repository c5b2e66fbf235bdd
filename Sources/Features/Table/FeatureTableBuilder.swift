import SensorData

/// Collects a stream of rows, or of windows, into a `FeatureTable`.
public struct FeatureTableBuilder: Sendable {
    private var intake: RowIntake
    private var admitted = AdmittedRows()
    /// Rows in order of arrival; `units` is empty until `finish()`.
    private var table: FeatureTable
    /// The life that each row belongs to.
    private var lives: [Int] = []
    /// `unit_id` by life.
    private var lifeIDs: [Int64] = []
    /// The current life by slot.
    private var current: [Int] = []
    /// The current life of each unit that came in windows.
    private var windowLives: [Int64: Int] = [:]
    private var members = StreamMembers()
    private var overlap = WindowOverlap()

    /// Collects `columns`.
    public init(columns: [String], missing: MissingValuePolicy = .error) {
        // What a model is not asked to judge it must not be taught.
        intake = RowIntake(columns: columns, missing: missing, largestMagnitude: RowIntake.largestFloat)
        table = FeatureTable(columns: columns, keys: [])
    }

    /// How many missing values were replaced by the unit's last one.
    public var heldCount: Int { intake.heldCount }
    /// How many rows were skipped because a value was missing.
    public var droppedCount: Int { intake.droppedCount }

    /// Appends the rows of `batch`.
    ///
    /// - Throws: `DataError` where a column or a value is missing, cycles are out of order, or one file has labels and
    ///   the next has none.
    public mutating func append(_ batch: RowBatch) throws {
        try check(batch.schema.keys, at: batch.location(of: 0))
        try intake.admit(batch, into: &admitted)
        table.values.append(contentsOf: admitted.values)
        for (index, row) in admitted.rows.enumerated() {
            let slot = admitted.slots[index]
            while current.count <= slot { current.append(-1) }
            if admitted.arrivals[index] == .begins {
                current[slot] = lifeIDs.count
                lifeIDs.append(batch.unitIDs[row])
            }
            lives.append(current[slot])
            table.follows.append(admitted.arrivals[index] == .follows)
            if table.keys.contains(.cycle) { table.cycles.append(batch.cycles[row]) }
            if table.keys.contains(.timestamp) { table.timestamps.append(batch.timestamps[row]) }
            if table.keys.contains(.rul) { table.rul.append(batch.rul[row]) }
            if table.keys.contains(.isAnomaly) { table.isAnomaly.append(batch.isAnomaly[row]) }
        }
    }

    /// Appends the rows of `windows`, those that overlapping windows share only once.
    ///
    /// A window says the cycle and the labels of its last row only; for the rows before it, cycle and remaining useful
    /// life are counted back from there, and timestamp and ground truth are unknown.
    public mutating func append(_ windows: WindowBatch) throws {
        try check(windows.keys, at: windows.origin)
        let indices = try table.columns.map { name in
            guard let index = windows.columns.firstIndex(of: name) else {
                throw DataError(
                    "the windows have other columns; expected \(table.columns.joined(separator: ", ")), "
                        + "found \(windows.columns.joined(separator: ", "))", at: windows.origin)
            }
            return index
        }
        for index in 0..<windows.count {
            let part = overlap.fresh(index, of: windows)
            let unitID = windows.unitIDs[index]
            if part.beginsLife {
                windowLives[unitID] = lifeIDs.count
                lifeIDs.append(unitID)
            }
            appendTail(part, of: index, windows, picking: indices, life: windowLives[unitID] ?? 0)
        }
    }

    private mutating func appendTail(
        _ part: WindowOverlap.Part, of index: Int, _ windows: WindowBatch, picking indices: [Int], life: Int
    ) {
        let end = windows.starts[index] + windows.length
        for row in end - part.rows..<end {
            for column in indices { table.values.append(Double(windows.rows[row * windows.width + column])) }
        }
        func countedBack(_ last: Int64, by steps: Int64) -> Int64 {
            last == RowBatch.unknown ? last : last &+ steps
        }
        for step in (0..<part.rows).reversed() {
            lives.append(life)
            table.follows.append(part.follows || step < part.rows - 1)
            let steps = Int64(step)
            if table.keys.contains(.cycle) { table.cycles.append(countedBack(windows.cycles[index], by: -steps)) }
            if table.keys.contains(.timestamp) {
                table.timestamps.append(step == 0 ? windows.timestamps[index] : RowBatch.unknown)
            }
            if table.keys.contains(.rul) { table.rul.append(countedBack(windows.rul[index], by: steps)) }
            if table.keys.contains(.isAnomaly) {
                table.isAnomaly.append(step == 0 ? windows.isAnomaly[index] : RowBatch.unknownLabel)
            }
        }
    }

    private mutating func check(_ keys: RowSchema.Keys, at location: SourceLocation) throws {
        try members.admit(keys, at: location)
        table.keys = keys
    }

    /// The table, its rows unit by unit.
    public consuming func finish() -> FeatureTable {
        var counts = [Int](repeating: 0, count: lifeIDs.count)
        for life in lives { counts[life] += 1 }
        var starts: [Int] = []
        var start = 0
        for (life, count) in counts.enumerated() {
            table.units.append(FeatureTable.Unit(id: lifeIDs[life], rows: start..<start + count))
            starts.append(start)
            start += count
        }
        var order = [Int](repeating: 0, count: lives.count)
        var isSorted = true
        for (row, life) in lives.enumerated() {
            order[starts[life]] = row
            if starts[life] != row { isSorted = false }
            starts[life] += 1
        }
        if !isSorted { table.reorder(order) }
        return table
    }
}

extension FeatureTable {
    /// Brings the rows into `order`: row `i` is what row `order[i]` was.
    fileprivate mutating func reorder(_ order: [Int]) {
        func sorted<Element>(_ list: [Element]) -> [Element] {
            list.isEmpty ? list : order.map { list[$0] }
        }
        follows = sorted(follows)
        cycles = sorted(cycles)
        timestamps = sorted(timestamps)
        rul = sorted(rul)
        isAnomaly = sorted(isAnomaly)
        var moved: [Double] = []
        moved.reserveCapacity(values.count)
        for row in order { moved.append(contentsOf: values[row * width..<(row + 1) * width]) }
        values = moved
    }
}
