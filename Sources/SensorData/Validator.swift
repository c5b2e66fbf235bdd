/// Checks rows as they pass, against rules; memory does not grow with their number.
public struct Validator {
    /// What was found so far.
    public private(set) var verdict = ValidationVerdict()

    private let rules: ValidationRules
    private let limit: Int
    private var schema: RowSchema?
    private var ranges: RangeTable
    private var stuck = StuckColumns()
    private var seen = UnitSet()
    private var unit: Unit?

    /// What continues the checks of a unit from row to row.
    private struct Unit {
        var id: Int64
        var firstRow: SourceLocation
        var rows = 0
        var cycle = RowBatch.unknown
        /// Faulty lines since then, each of which may have been a cycle.
        var linesLeftOut: Int64 = 0
        var timestamp = RowBatch.unknown
        /// `rul + cycle`, which does not change within a unit.
        var endOfLife = RowBatch.unknown
        /// Another one that the row before had. Twice in a row it is believed; once is one wrong label, and not two.
        var otherEndOfLife = RowBatch.unknown
        var label = RowBatch.unknownLabel
    }

    /// Checks against `rules`, listing the first `limit` violations and counting the others.
    public init(rules: ValidationRules, limit: Int) {
        self.rules = rules
        self.limit = limit
        ranges = RangeTable(rules, columns: [])
    }

    /// Checks the rows of `batch`, which follow those of the batch before.
    public mutating func check(_ batch: RowBatch) {
        if batch.schema != schema { begin(batch) }
        let width = batch.width
        batch.values.withUnsafeBufferPointer { values in
            for index in 0..<batch.count {
                let row = UnsafeBufferPointer(rebasing: values[index * width..<(index + 1) * width])
                let id = batch.unitIDs[index]
                if id != unit?.id {
                    endUnit()
                    beginUnit(id, batch, index)
                    stuck.begin(row)
                } else {
                    stuck.note(row)
                }
                checkOrder(batch, index)
                checkValues(row, batch, index)
            }
        }
        verdict.rowCount += batch.count
    }

    /// Adds what ended the stream before its end.
    public mutating func note(_ fault: DataError) {
        note(Violation(check: .stream, location: fault.location, message: fault.message))
    }

    /// Adds a line of NASA's text that is no row: a wrong value in `column`, or wrong columns where it is nil.
    public mutating func note(_ fault: DataError, column: String?) {
        let check = column == nil ? Violation.Check.columns : .type
        let name = column.map { "\($0): " } ?? ""
        let message = fault.message.hasPrefix(name) ? String(fault.message.dropFirst(name.count)) : fault.message
        note(Violation(check: check, location: fault.location, column: column, message: message))
        unit?.linesLeftOut += 1
    }

    /// Ends the last unit and the stream.
    public mutating func finish() {
        endUnit()
        if verdict.rowCount == 0 { note(Violation(check: .stream, message: "no rows")) }
        guard let schema else { return }
        verdict.constantColumns = schema.columns.enumerated().compactMap { column, name in
            stuck.streamChanged[column] == 0 && verdict.rowCount >= rules.constantRows ? name : nil
        }
    }

    private mutating func note(_ violation: Violation) {
        verdict.counts[violation.check, default: 0] += 1
        if verdict.violations.count < limit { verdict.violations.append(violation) }
    }

    private mutating func note(
        _ check: Violation.Check, _ column: String?, _ message: String, _ batch: RowBatch, _ index: Int
    ) {
        let cycle = batch.cycles.isEmpty || batch.cycles[index] == RowBatch.unknown ? nil : batch.cycles[index]
        note(
            Violation(
                check: check, location: batch.location(of: index), column: column, unitID: batch.unitIDs[index],
                cycle: cycle,
                message: message))
    }

    // MARK: Columns

    private mutating func begin(_ batch: RowBatch) {
        endUnit()
        schema = batch.schema
        ranges = RangeTable(rules, columns: batch.schema.columns)
        stuck = StuckColumns()
        if !batch.schema.keys.contains(.cycle) {
            note(
                Violation(
                    check: .columns, location: batch.origin, column: "cycle",
                    message: "expected this column, found none"))
        }
        for name in rules.columns where !batch.schema.columns.contains(name) {
            if let text = Validator.text(of: name, in: batch) {
                let message = "expected a number, found \(text)"
                note(Violation(check: .type, location: batch.origin, column: name, message: message))
            } else {
                let message = "expected this column, found none"
                note(Violation(check: .columns, location: batch.origin, column: name, message: message))
            }
        }
        for name in batch.schema.columns where !rules.columns.contains(name) {
            let message = "a column that should not be there; expected the \(rules.columns.count) columns of the rules"
            note(Violation(check: .columns, location: batch.origin, column: name, message: message))
        }
    }

    /// What stands in the first row of `batch` where the number called `name` should be.
    private static func text(of name: String, in batch: RowBatch) -> Substring? {
        guard let members = batch.passthrough.first, let key = members.firstRange(of: "\"\(name)\":") else {
            return nil
        }
        return members[key.upperBound...].prefix { $0 != "," }.prefix(32)
    }

    // MARK: Units

    private mutating func beginUnit(_ id: Int64, _ batch: RowBatch, _ index: Int) {
        unit = Unit(id: id, firstRow: batch.location(of: index))
        verdict.unitCount += 1
        if !seen.insert(id) {
            note(.order, "unit_id", "unit \(id) appears again; expected its rows in one piece", batch, index)
        }
    }

    private mutating func endUnit() {
        guard let ended = unit, let schema else { return }
        unit = nil
        let constant = stuck.end()
        if ended.rows < rules.windowLength {
            verdict.shortUnitCount += 1
            if verdict.shortUnits.count < limit {
                verdict.shortUnits.append(ValidationVerdict.ShortUnit(unitID: ended.id, rows: ended.rows))
            }
        }
        guard ended.rows >= rules.constantRows else { return }
        for (column, value) in constant where !rules.constantColumns.contains(schema.columns[column]) {
            let message =
                "never changes in the unit's \(ended.rows) rows; expected a reading that moves, found always \(value)"
            note(
                Violation(
                    check: .constant, location: ended.firstRow, column: schema.columns[column], unitID: ended.id,
                    message: message))
        }
    }

    // MARK: Order and labels

    private mutating func checkOrder(_ batch: RowBatch, _ index: Int) {
        guard var unit else { return }
        unit.rows += 1
        let keys = batch.schema.keys
        let cycle = keys.contains(.cycle) ? batch.cycles[index] : RowBatch.unknown
        if cycle != RowBatch.unknown {
            let next = unit.cycle &+ 1
            let latest = next &+ unit.linesLeftOut
            if unit.cycle != RowBatch.unknown, cycle < next || cycle > latest {
                let problem = cycle == unit.cycle ? "a duplicate" : cycle < next ? "goes back" : "leaves a gap"
                note(.order, "cycle", "\(problem); expected \(latest), found \(cycle)", batch, index)
                unit.endOfLife = RowBatch.unknown
            }
            unit.linesLeftOut = 0
            unit.cycle = cycle
        } else if keys.contains(.cycle) {
            note(.missing, "cycle", "expected a number, found none", batch, index)
        }
        if keys.contains(.timestamp) {
            let time = batch.timestamps[index]
            if time == RowBatch.unknown {
                note(.missing, "timestamp", "expected a time, found none", batch, index)
            } else {
                if unit.timestamp != RowBatch.unknown, time <= unit.timestamp {
                    let message =
                        "expected a time after \(Timestamp.string(unit.timestamp)), found \(Timestamp.string(time))"
                    note(.order, "timestamp", message, batch, index)
                }
                unit.timestamp = time
            }
        }
        if keys.contains(.rul) { checkLife(batch, index, cycle, &unit) }
        if keys.contains(.isAnomaly), batch.isAnomaly[index] != RowBatch.unknownLabel {
            if unit.label == 1, batch.isAnomaly[index] == 0 {
                note(.label, "is_anomaly", "expected true, as in the row before, found false", batch, index)
            }
            unit.label = batch.isAnomaly[index]
        }
        self.unit = unit
    }

    private mutating func checkLife(_ batch: RowBatch, _ index: Int, _ cycle: Int64, _ unit: inout Unit) {
        let life = batch.rul[index]
        guard life != RowBatch.unknown else { return }
        guard life >= 0 else { return note(.label, "rul", "expected at least 0, found \(life)", batch, index) }
        guard cycle != RowBatch.unknown else { return }
        let end = life &+ cycle
        if unit.endOfLife == RowBatch.unknown || end == unit.otherEndOfLife { unit.endOfLife = end }
        unit.otherEndOfLife = end == unit.endOfLife ? RowBatch.unknown : end
        if end != unit.endOfLife {
            note(.label, "rul", "expected \(unit.endOfLife &- cycle), found \(life)", batch, index)
        }
    }

    // MARK: Values

    private mutating func checkValues(_ row: UnsafeBufferPointer<Double>, _ batch: RowBatch, _ index: Int) {
        guard let base = row.baseAddress else { return }
        let place = ranges.place(of: base)
        if case .condition(let condition) = place, ranges.holds(base, in: condition) { return }
        for column in row.indices where row[column].isNaN {
            note(.missing, batch.schema.columns[column], "expected a number, found none", batch, index)
        }
        guard let place else { return }
        for (column, expected) in ranges.faults(of: base, at: place) {
            let message = "out of range; expected \(expected), found \(row[column])"
            note(.range, batch.schema.columns[column], message, batch, index)
        }
    }
}
