import SensorData
import Testing

@Suite struct ValidatorTests {
    private let columns = ["op_setting_1", "sensor_1", "sensor_2"]

    private func rules(constantRows: Int = 4) -> ValidationRules {
        ValidationRules(
            columns: columns, settings: ["op_setting_1"],
            conditions: [
                .init(name: "ground", ranges: ["op_setting_1": -1...1, "sensor_1": 500...600, "sensor_2": 0...1000]),
                .init(name: "cruise", ranges: ["op_setting_1": 34...36, "sensor_1": 400...450, "sensor_2": 0...1000]),
            ],
            constantColumns: ["op_setting_1", "sensor_1"], constantRows: constantRows, windowLength: 3)
    }

    /// A row on the ground whose second sensor moves.
    private func row(
        unit: Int64 = 1, cycle: Int64, setting: Double = 0, sensor1: Double = 550, sensor2: Double? = nil,
        rul: Int64? = nil,
        label: Int8? = nil, time: Int64? = nil
    ) -> Row {
        Row(
            unit: unit, cycle: cycle, values: [setting, sensor1, sensor2 ?? Double(cycle)], rul: rul ?? 100 - cycle,
            label: label ?? 0, time: time ?? unit * 10_000 + cycle)
    }

    private struct Row {
        var unit: Int64
        var cycle: Int64
        var values: [Double]
        var rul: Int64
        var label: Int8
        var time: Int64
    }

    /// The verdict on `rows`, in batches of `batchSize`.
    private func verdict(_ rows: [Row], rules: ValidationRules? = nil, limit: Int = 100, batchSize: Int = 3)
        -> ValidationVerdict
    {
        var validator = Validator(rules: rules ?? self.rules(), limit: limit)
        var start = 0
        while start < rows.count {
            var batch = RowBatch(schema: RowSchema(keys: [.cycle, .timestamp, .rul, .isAnomaly], columns: columns))
            batch.origin = SourceLocation(file: "rows", number: start + 1)
            for row in rows[start..<min(start + batchSize, rows.count)] {
                batch.unitIDs.append(row.unit)
                batch.cycles.append(row.cycle)
                batch.timestamps.append(row.time)
                batch.rul.append(row.rul)
                batch.isAnomaly.append(row.label)
                batch.values += row.values
            }
            validator.check(batch)
            start += batchSize
        }
        validator.finish()
        return validator.verdict
    }

    @Test func passesWhatIsSound() {
        let verdict = verdict(
            (1...5).map { row(cycle: $0) } + (1...3).map { row(unit: 2, cycle: $0, setting: 35, sensor1: 420) })
        #expect(verdict.passed)
        #expect(verdict.rowCount == 8 && verdict.unitCount == 2)
        #expect(verdict.summary == "passed: 8 rows of 2 units")
        #expect(verdict.shortUnitCount == 0)
    }

    @Test func holdsEachRowAgainstItsFlightCondition() {
        // 550 is sound on the ground and wrong at cruise.
        let rows = [row(cycle: 1), row(cycle: 2, setting: 35), row(cycle: 3, setting: 35, sensor1: 420)]
        let violations = verdict(rows).violations
        #expect(
            violations.map(\.description) == [
                "rows:2: sensor_1: out of range; expected 400.0 … 450.0 (cruise), found 550.0"
            ])
        #expect(violations.first?.check == .range && violations.first?.cycle == 2 && violations.first?.unitID == 1)
    }

    @Test func doesNotBlameSensorsForASetting() {
        let violations = verdict([row(cycle: 1), row(cycle: 2, setting: 20), row(cycle: 3)]).violations
        #expect(
            violations.map(\.description) == [
                "rows:2: op_setting_1: out of range; expected 34.0 … 36.0 (cruise), found 20.0"
            ])
        let both = verdict([row(cycle: 1), row(cycle: 2, setting: 20, sensor1: 700), row(cycle: 3)]).violations
        #expect(both.map(\.column) == ["op_setting_1", "sensor_1"])
        #expect(both.last?.message == "out of range; expected 400.0 … 600.0 (any flight condition), found 700.0")
    }

    @Test func findsInfinitiesAndMissingValues() {
        let rows = [
            row(cycle: 1, sensor2: .infinity), row(cycle: 2, sensor2: .nan), row(cycle: 3, setting: .nan),
            row(cycle: 4, sensor2: 3),
        ]
        let violations = verdict(rows).violations
        #expect(violations.map(\.check) == [.range, .missing, .missing])
        #expect(violations.map(\.column) == ["sensor_2", "sensor_2", "op_setting_1"])
        #expect(violations.map { $0.location?.number } == [1, 2, 3])
    }

    @Test(arguments: [
        ([1, 2, 2, 3] as [Int64], ["rows:3: cycle: a duplicate; expected 3, found 2"]),
        ([1, 2, 4, 5], ["rows:3: cycle: leaves a gap; expected 3, found 4"]),
        ([3, 4, 1, 2], ["rows:3: cycle: goes back; expected 5, found 1"]),
        ([7, 8, 9, 10], []),
    ])
    func checksTheOrderOfCycles(cycles: [Int64], messages: [String]) {
        let rows = cycles.enumerated().map { row(cycle: $1, sensor2: Double($0), time: Int64($0)) }
        for size in 1...4 {
            #expect(verdict(rows, batchSize: size).violations.map(\.description) == messages)
        }
    }

    @Test func checksTheOrderOfTimes() {
        let rows = [row(cycle: 1, time: 1000), row(cycle: 2, time: 1000), row(cycle: 3, time: 2000)]
        #expect(
            verdict(rows).violations.map(\.description) == [
                "rows:2: timestamp: expected a time after 1970-01-01T00:00:01Z, found 1970-01-01T00:00:01Z"
            ])
    }

    @Test func findsUnitsThatAppearAgain() {
        let rows = (1...3).map { row(unit: 1, cycle: $0) } + (1...3).map { row(unit: 2, cycle: $0) }
        let again = rows + (4...6).map { row(unit: 1, cycle: $0) }
        #expect(verdict(rows).passed)
        #expect(
            verdict(again).violations.map(\.description) == [
                "rows:7: unit_id: unit 1 appears again; expected its rows in one piece"
            ])
    }

    @Test func checksLabelsAgainstCycles() {
        let rows = [
            row(cycle: 1, rul: 3), row(cycle: 2, rul: 2, label: 1), row(cycle: 3, rul: 2, label: 0),
            row(cycle: 4, rul: -1),
        ]
        #expect(
            verdict(rows).violations.map(\.description) == [
                "rows:3: rul: expected 1, found 2",
                "rows:3: is_anomaly: expected true, as in the row before, found false",
                "rows:4: rul: expected at least 0, found -1",
            ])
    }

    @Test func countsOneWrongLabelOnce() {
        func ruls(_ ends: [Int64]) -> [Int?] {
            let rows = ends.enumerated().map { row(cycle: Int64($0 + 1), rul: $1 - Int64($0 + 1)) }
            return verdict(rows).violations.map { $0.location?.number }
        }
        #expect(ruls([50, 50, 60, 50, 50]) == [3])
        #expect(ruls([50, 50, 60, 60, 60]) == [3])
        #expect(ruls([50, 60, 70, 50, 50]) == [2, 3])
    }

    @Test func findsStuckColumns() {
        let rows = (1...4).map { row(cycle: $0, setting: Double($0) / 10, sensor2: 7) }
        let violations = verdict(rows).violations
        #expect(violations.map(\.column) == ["sensor_2"])
        #expect(violations.first?.location?.number == 1)
        #expect(violations.first?.check == .constant)
        // Too few rows to tell; an exempt column never tells.
        #expect(verdict(rows, rules: rules(constantRows: 5)).passed)
        #expect(verdict(rows).constantColumns == ["sensor_1", "sensor_2"])
    }

    @Test func noticesShortUnits() {
        let verdict = verdict((1...2).map { row(cycle: $0) } + (1...3).map { row(unit: 2, cycle: $0) })
        #expect(verdict.passed)
        #expect(verdict.shortUnits.map(\.unitID) == [1] && verdict.shortUnits.map(\.rows) == [2])
    }

    @Test func countsWhatItDoesNotList() {
        let verdict = verdict((1...9).map { row(cycle: $0, sensor1: 0) }, limit: 2)
        #expect(verdict.violations.count == 2)
        #expect(verdict.violationCount == 9)
        #expect(verdict.summary == "failed: 9 violations in 9 rows of 1 unit (range 9)")
    }

    @Test func refusesAnEmptyStream() {
        #expect(verdict([]).violations.map(\.description) == ["no rows"])
    }

    @Test func namesColumnsThatDiffer() {
        var batch = RowBatch(schema: RowSchema(keys: [], columns: ["op_setting_1", "sensor_1", "sensor_3"]))
        batch.unitIDs = [1]
        batch.values = [0, 550, 1]
        batch.passthrough = [#""sensor_2":"high","site":"A""#]
        var validator = Validator(rules: rules(), limit: 9)
        validator.check(batch)
        validator.finish()
        #expect(
            validator.verdict.violations.map(\.description) == [
                "<memory>:1: cycle: expected this column, found none",
                #"<memory>:1: sensor_2: expected a number, found "high""#,
                "<memory>:1: sensor_3: a column that should not be there; expected the 3 columns of the rules",
            ])
        #expect(validator.verdict.violations.map(\.check) == [.columns, .type, .columns])
    }

    /// A faulty line behind cycle 1, then a row of `cycle`.
    @Test(
        arguments: [
            (2, []), (3, []), (4, ["leaves a gap; expected 3, found 4"]), (1, ["a duplicate; expected 3, found 1"]),
        ] as [(Int64, [String])])
    func takesALineLeftOutForACycle(cycle: Int64, messages: [String]) {
        var validator = Validator(rules: rules(), limit: 9)
        var batch = RowBatch(schema: RowSchema(keys: .cycle, columns: columns))
        for cycle in [1, cycle] {
            batch.removeAll()
            batch.unitIDs = [1]
            batch.cycles = [cycle]
            batch.values = [0, 550, 1]
            validator.check(batch)
            if validator.verdict.rowCount == 1 { validator.note(DataError("wrong number of columns"), column: nil) }
        }
        validator.finish()
        #expect(validator.verdict.violations.map(\.check) == [.columns] + messages.map { _ in .order })
        #expect(validator.verdict.violations.dropFirst().map(\.message) == messages)
    }

    @Test func namesWhatTheReaderFound() {
        var validator = Validator(rules: rules(), limit: 9)
        let place = SourceLocation(file: "engines.txt", number: 3, column: 9)
        validator.note(DataError("sensor_1: expected a number, found 'x'", at: place), column: "sensor_1")
        validator.note(DataError("wrong number of columns", at: place), column: nil)
        validator.note(DataError("cut", at: place))
        #expect(validator.verdict.violations.map(\.check) == [.type, .columns, .stream])
        #expect(
            validator.verdict.violations.first?.description == "engines.txt:3:9: sensor_1: expected a number, found 'x'"
        )
    }
}
