import Features
import SensorData
import Testing

@Suite struct ColumnSelectionTests {
    @Test(arguments: [
        ("sensor_2", "sensor_2", true), ("sensor_2", "sensor_21", false), ("sensor_*", "sensor_21", true),
        ("*", "", true),
        ("*_std_*", "a_std_5", true), ("a*b*c", "a1b2b3c", true), ("a*b*c", "a1c2b", false), ("", "x", false),
        ("**x", "yx", true), ("température_*", "température_1", true),
    ])
    func patternsMatch(pattern: String, name: String, isMatch: Bool) {
        #expect(ColumnPattern(pattern).matches(name) == isMatch)
    }

    @Test func selectsInTheOrderOfThePatternsEachOnce() throws {
        let selection = ColumnSelection(lists: ["c, a*", "b"], isStrict: true)
        #expect(try selection.columns(of: ["a1", "b", "a2", "c", "d"]) == ["c", "a1", "a2", "b"])
        #expect(try ColumnSelection(["x*", "d"]).columns(of: ["a1", "d"]) == ["d"])
        #expect(throws: FeatureError.unknownColumns(["x*"], available: ["a1", "d"])) {
            try ColumnSelection(["x*", "d"], isStrict: true).columns(of: ["a1", "d"])
        }
    }

    @Test func namesMayHoldSpacesAndCommas() throws {
        let available = ["Bearing Temp", "flow,m3/h", "flow"]
        let listed = ColumnSelection(names: ["flow,m3/h", "Bearing Temp"])
        #expect(try listed.columns(of: available) == ["flow,m3/h", "Bearing Temp"])
        let typed = ColumnSelection(lists: [" Bearing Temp , flow", ",,flow,* "], isStrict: true)
        #expect(try typed.columns(of: available) == ["Bearing Temp", "flow", "flow,m3/h"])
    }
}

@Suite struct RowIntakeTests {
    /// Rows of columns a and b.
    private func rows(_ list: [(unit: Int64, cycle: Int64, a: Double, b: Double)]) -> RowBatch {
        var batch = RowBatch(schema: RowSchema(keys: .cycle, columns: ["a", "b"]))
        batch.origin = SourceLocation(file: "rows", number: 1)
        for row in list {
            batch.unitIDs.append(row.unit)
            batch.cycles.append(row.cycle)
            batch.values += [row.a, row.b]
        }
        return batch
    }

    private func admit(_ batch: RowBatch, _ intake: inout RowIntake) throws -> AdmittedRows {
        var admitted = AdmittedRows()
        try intake.admit(batch, into: &admitted)
        return admitted
    }

    @Test func saysHowRowsFollow() throws {
        var intake = RowIntake(columns: ["b"])
        let batch = rows([
            (7, 3, 0, 1), (8, 1, 0, 2), (7, 4, 0, 3), (7, 9, 0, 4), (8, 2, 0, 5), (7, 1, 0, 6), (7, 2, 0, 7),
        ])
        let admitted = try admit(batch, &intake)
        #expect(admitted.arrivals == [.begins, .begins, .follows, .skips, .follows, .begins, .follows])
        #expect(admitted.slots == [0, 1, 0, 0, 1, 0, 0])
        #expect(admitted.values == [1, 2, 3, 4, 5, 6, 7])
        #expect(intake.unitIDs == [7, 8])
    }

    @Test(arguments: [(5, 4), (5, 5), (1, 1)])
    func cyclesOutOfOrderAreNamed(first: Int64, second: Int64) throws {
        var intake = RowIntake(columns: ["a"])
        var admitted = AdmittedRows()
        let error = #expect(throws: DataError.self) {
            try intake.admit(self.rows([(3, first, 1, 1), (3, second, 1, 1)]), into: &admitted)
        }
        #expect(
            error?.description == "rows:2: unit 3: cycle out of order; expected \(first + 1) or later, found \(second)")
        #expect(admitted.rows == [0], "the rows before the fault are admitted")
        #expect(admitted.values == [1])
    }

    @Test func timestampsOrderRowsWithoutCycles() throws {
        var batch = RowBatch(schema: RowSchema(keys: .timestamp, columns: ["a"]))
        batch.unitIDs = [1, 1, 1]
        batch.timestamps = [1000, 1000, 999]
        batch.values = [1, 2, 3]
        var intake = RowIntake(columns: ["a"])
        var admitted = AdmittedRows()
        #expect(throws: DataError.self) { try intake.admit(batch, into: &admitted) }
        #expect(admitted.arrivals == [.begins, .follows])
    }

    private var holey: RowBatch {
        rows([
            (1, 1, .nan, 1), (1, 2, 2, 2), (1, 3, .nan, 3), (2, 1, 9, 9), (1, 4, 4, .infinity), (1, 5, 5, 5),
            (1, 1, .nan, 1),
            (1, 2, 7, 7),
        ])
    }

    @Test func missingValuesAreErrorsThatNameTheColumn() {
        var intake = RowIntake(columns: ["b", "a"])
        var admitted = AdmittedRows()
        let error = #expect(throws: DataError.self) { try intake.admit(self.holey, into: &admitted) }
        #expect(error?.description == "rows:1: unit 1: column 'a' is missing; expected a finite number, found none")
    }

    @Test func columnsLeftOutMayBeMissing() throws {
        var intake = RowIntake(columns: ["b"])
        #expect(try admit(rows([(1, 1, .nan, 5)]), &intake).values == [5])
    }

    @Test func missingValuesAreHeld() throws {
        for parts in [[holey], holey.cut(longest: 1, seed: 1)] {
            var intake = RowIntake(columns: ["a", "b"], missing: .hold)
            var values: [Double] = []
            var arrivals: [AdmittedRows.Arrival] = []
            for part in parts {
                let admitted = try admit(part, &intake)
                values += admitted.values
                arrivals += admitted.arrivals
            }
            // The first row of each life of unit 1 has nothing to be held.
            #expect(values == [2, 2, 2, 3, 9, 9, 4, 3, 5, 5, 7, 7])
            #expect(arrivals == [.begins, .follows, .begins, .follows, .follows, .begins])
            #expect(intake.heldCount == 2)
            #expect(intake.droppedCount == 2)
        }
    }

    @Test func rowsWithMissingValuesAreDropped() throws {
        var intake = RowIntake(columns: ["a", "b"], missing: .drop)
        let admitted = try admit(holey, &intake)
        #expect(admitted.rows == [1, 3, 5, 7])
        #expect(admitted.arrivals == [.begins, .begins, .skips, .begins])
        #expect(intake.droppedCount == 4)
    }

    @Test func valuesTooLargeAreDamage() {
        var intake = RowIntake(columns: ["a"], largestMagnitude: RowIntake.largestFloat)
        var admitted = AdmittedRows()
        #expect(throws: DataError.self) { try intake.admit(self.rows([(1, 1, 1e39, 0)]), into: &admitted) }
    }

    @Test func aColumnThatALaterFileLacksIsNamed() throws {
        var intake = RowIntake(columns: ["b"])
        _ = try admit(rows([(1, 1, 1, 1)]), &intake)
        var other = RowBatch(schema: RowSchema(keys: .cycle, columns: ["a"]))
        other.unitIDs = [1]
        other.cycles = [2]
        other.values = [0]
        var admitted = AdmittedRows()
        let error = #expect(throws: DataError.self) { try intake.admit(other, into: &admitted) }
        #expect(error?.message.contains("column 'b' is missing") == true)
    }
}
