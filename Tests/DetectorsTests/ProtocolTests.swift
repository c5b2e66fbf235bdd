import Detectors
import Features
import SensorData
import Testing

@Suite struct UnitSplitTests {
    private let units = (1...100).map(Int64.init)

    @Test func takesEveryUnitOnceAndInTheSharesAskedFor() throws {
        let split = try UnitSplit(units: units, validation: 0.2, test: 0.1, seed: 1)
        #expect(split.validation.count == 20 && split.test.count == 10 && split.training.count == 70)
        #expect(split.training.union(split.validation).union(split.test) == Set(units))
        #expect(split.listed.keys.sorted() == ["test", "training", "validation"])
        #expect(split.listed["test"] == split.test.sorted())
    }

    @Test func dependsOnTheSeedAndNotOnTheOrder() throws {
        let split = try UnitSplit(units: units, validation: 0.2, test: 0, seed: 1)
        #expect(try UnitSplit(units: units.reversed() + units, validation: 0.2, test: 0, seed: 1) == split)
        #expect(try UnitSplit(units: units, validation: 0.2, test: 0, seed: 2) != split)
        #expect(split.listed["test"] == nil)
    }

    @Test func leavesAUnitForEverySetOrSaysThatItCannot() throws {
        let split = try UnitSplit(units: [4, 5, 6], validation: 0.01, test: 0.01, seed: 0)
        #expect(split.validation.count == 1 && split.test.count == 1 && split.training.count == 1)
        #expect(try UnitSplit(units: [4], validation: 0, test: 0, seed: 0).training == [4])
        #expect(throws: TrainingError.self) { try UnitSplit(units: [4], validation: 0.2, test: 0, seed: 0) }
        #expect(throws: TrainingError.self) { try UnitSplit(units: [4, 5], validation: 0.5, test: 0.5, seed: 0) }
        #expect(throws: TrainingError.self) { try UnitSplit(units: [], validation: 0, test: 0, seed: 0) }
    }

    @Test func refusesAUnitInTwoSets() {
        let error = #expect(throws: TrainingError.self) {
            try UnitSplit(training: [1, 2], validation: [3], test: [2])
        }
        #expect(error?.description == "unit 2 is in two sets of the split; expected every unit in one")
        #expect(throws: TrainingError.self) { try UnitSplit(training: [], validation: [3]) }
    }
}

@Suite struct HealthyRuleTests {
    @Test func readsWhatItWrites() {
        for text in ["rul>=45", "cycle<=100", "all"] { #expect(HealthyRule(text)?.description == text) }
        #expect(HealthyRule("rul >= 45") == .remaining(atLeast: 45))
        for text in ["", "rul>45", "rul>=-1", "cycle<=0", "cycle<=x", "none"] { #expect(HealthyRule(text) == nil) }
    }

    @Test func masksRows() throws {
        var builder = FeatureTableBuilder(columns: ["a"])
        try builder.append(sampleRows(units: 1, cycles: 10, width: 1))
        let table = builder.finish()
        #expect(try HealthyRule.remaining(atLeast: 7).mask(table).count { $0 } == 3)
        #expect(try HealthyRule.cycles(upTo: 4).mask(table) == (1...10).map { $0 <= 4 })
        #expect(try HealthyRule.all.mask(table).allSatisfy { $0 })
    }
}

@Suite struct ScoreCalibrationTests {
    @Test func mapsErrorsToScores() {
        #expect(ScoreCalibration.identity.score(0.3) == 0.3)
        let relative = ScoreCalibration.relative(reference: 2)
        #expect(relative.score(2) == 0.5 && relative.score(0) == 0 && relative.score(6) == 0.75)
        #expect(relative.score(.greatestFiniteMagnitude) == 1)
    }
}

@Suite struct ColumnFoldTests {
    @Test func featuresOfASensorCountAsTheSensor() {
        let fold = ColumnFold(
            columns: ["sensor_2", "sensor_2_mean_5", "sensor_21", "sensor_2_ewm_5", "x_std_7"],
            inputs: ["sensor_2", "sensor_2_mean_5", "sensor_21", "x_std_7"])
        #expect(fold.sensors == ["sensor_2", "sensor_21", "x"])
    }
}
