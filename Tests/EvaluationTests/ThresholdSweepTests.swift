import Evaluation
import SensorData
import Testing

@Suite struct ThresholdSweepTests {
    private let data = LabelledScores(
        scores: [0.1, 0.2, 0.3, 0.4, 0.6, 0.8], labels: [false, false, true, false, true, true])
    private func grid() throws -> ThresholdGrid { try #require(ThresholdGrid(low: 0.01, high: 1, steps: 100)) }

    @Test func theDefaultGridHoldsHundredths() throws {
        let thresholds = try grid().thresholds
        #expect(thresholds.count == 100)
        #expect(thresholds == (1...100).map { Double($0) / 100 })
    }

    @Test(arguments: [
        "", "0:1", "1:0:5", "0:1:1", "0:nan:5", "a:1:5", "0:1:5:6", "-1:0.2:3", "0.5:2:3", "-1e308:1e308:5", "1:1:2",
    ])
    func noGrid(text: String) { #expect(ThresholdGrid(text) == nil) }

    @Test(arguments: ["f1", "fbeta:2", "fbeta:0.5", "cost:10:1", "false-alarms:2.5", "quantile:0.99"])
    func objectivesReadBack(text: String) throws { #expect(try #require(ThresholdObjective(text)).description == text) }

    @Test(arguments: [
        "", "f2", "fbeta", "fbeta:0", "fbeta:-1", "cost:1", "cost:0:1", "false-alarms:1001", "quantile:1.1",
        "quantile:nan", "f1:1",
    ])
    func noObjective(text: String) { #expect(ThresholdObjective(text) == nil) }

    @Test func equalsGoToTheLowestThreshold() throws {
        let sweep = try ThresholdSweep(data, grid: grid(), objective: .fScore(beta: 1))
        // Above 0.2 and up to 0.3 the same records are called; F1 is 6/7 there and nowhere higher.
        #expect(sweep.best.threshold == 0.21)
        #expect(agree(sweep.best.confusion.f1, 6.0 / 7))
        #expect(sweep.best.alarmShare == 4.0 / 6)
    }

    @Test func exactThresholdsLieMidway() throws {
        let sweep = try ThresholdSweep(data, grid: grid(), exact: true, objective: .fScore(beta: 1))
        #expect(agree(sweep.best.threshold, 0.25))
        #expect(sweep.points.count == 100)
    }

    @Test func aBudgetOfNoFalseAlarmIsKept() throws {
        let sweep = try ThresholdSweep(data, grid: grid(), exact: true, objective: .falseAlarms(per1000: 0))
        #expect(agree(sweep.best.threshold, 0.5))
        #expect(sweep.best.confusion.falsePositives == 0)
        let generous = try ThresholdSweep(data, grid: grid(), exact: true, objective: .falseAlarms(per1000: 400))
        #expect(agree(generous.best.threshold, 0.25))
        let all = try ThresholdSweep(data, grid: grid(), exact: true, objective: .falseAlarms(per1000: 1000))
        #expect(all.best.confusion.falsePositives == 1, "more would win no recall")
    }

    @Test func aGridThatCannotKeepTheBudgetIsRefused() throws {
        let low = try #require(ThresholdGrid("0.01:0.05:5"))
        #expect(throws: DataError.self) { try ThresholdSweep(data, grid: low, objective: .falseAlarms(per1000: 0)) }
    }

    @Test func costsShiftTheThreshold() throws {
        let dearMisses = try ThresholdSweep(data, grid: grid(), exact: true, objective: .cost(miss: 10, falseAlarm: 1))
        #expect(agree(dearMisses.best.threshold, 0.25))
        let dearAlarms = try ThresholdSweep(data, grid: grid(), exact: true, objective: .cost(miss: 1, falseAlarm: 10))
        #expect(agree(dearAlarms.best.threshold, 0.5))
        #expect(agree(dearAlarms.objective.value(of: dearAlarms.best.confusion), 1.0 / 6))
    }

    @Test func cyclesMayLieAsFarApartAsNumbersReach() throws {
        #expect(TruncationWeight.weight(cycle: 31, firstScoredCycle: 30, lastCycle: 39) == 0.9)
        #expect(TruncationWeight.weight(cycle: .min + 1, firstScoredCycle: .min + 1, lastCycle: .max) == 1)
        #expect(TruncationWeight.weight(cycle: .max, firstScoredCycle: .min + 1, lastCycle: .max) == 0x1p-64)
        var data = LabelledScores(
            scores: [0.1, 0.9], labels: [false, true], unitIDs: [1, 1], cycles: [.min + 1, .max], rul: [.max, 0])
        try data.weightByTruncation()
        #expect(data.weights == [1, 0x1p-64])
    }

    @Test func callingNothingCanBeBest() throws {
        let bad = LabelledScores(scores: [0.1, 0.5, 0.9], labels: [true, false, false])
        let sweep = try ThresholdSweep(bad, grid: grid(), exact: true, objective: .cost(miss: 1, falseAlarm: 5))
        #expect(agree(sweep.best.threshold, 0.95))
        #expect(sweep.best.confusion.alarms == 0 && sweep.best.callsNothing)
    }

    @Test func neighbouringNumbersAreTold() throws {
        let low = 0.5
        let close = LabelledScores(scores: [low, low.nextUp], labels: [false, true])
        let threshold = try ThresholdSweep.exactThreshold(close, objective: .fScore(beta: 1))
        #expect(ConfusionMatrix(close, threshold: threshold).f1 == 1)
    }

    @Test func quantilesNeedNoLabels() throws {
        var unlabelled = LabelledScores()
        for score in stride(from: 0, through: 100, by: 1) {
            var record = ScoredRecord(unitID: 1, modelVersion: "m")
            record.anomalyScore = Double(score) / 100
            try unlabelled.append(record)
        }
        let sweep = try ThresholdSweep(unlabelled, grid: grid(), objective: .quantile(share: 0.99))
        #expect(agree(sweep.best.threshold, 0.99))
        #expect(sweep.best.alarmShare == 2.0 / 101)
        for objective in [ThresholdObjective.fScore(beta: 1), .cost(miss: 1, falseAlarm: 1), .falseAlarms(per1000: 1)] {
            let error = #expect(throws: DataError.self) {
                try ThresholdSweep(unlabelled, grid: grid(), objective: objective)
            }
            #expect(error?.message.contains("no record has a label") == true)
        }
    }

    @Test func objectivesRefuseWhatTheyCannotSee() throws {
        let healthy = LabelledScores(scores: [0.1, 0.2], labels: [false, false])
        let failing = LabelledScores(scores: [0.1, 0.2], labels: [true, true])
        #expect(throws: DataError.self) { try ThresholdSweep(healthy, grid: grid(), objective: .fScore(beta: 1)) }
        #expect(throws: DataError.self) {
            try ThresholdSweep(failing, grid: grid(), objective: .falseAlarms(per1000: 1))
        }
        #expect(throws: DataError.self) {
            try ThresholdSweep(healthy, grid: grid(), objective: .falseAlarms(per1000: 1))
        }
        #expect(throws: DataError.self) {
            try ThresholdSweep(LabelledScores(), grid: grid(), objective: .quantile(share: 1))
        }
    }

    @Test func undefinedIsNeverZero() {
        let nothing = ConfusionMatrix()
        #expect(nothing.precision == nil && nothing.recall == nil && nothing.f1 == nil && nothing.accuracy == nil)
        let healthy = LabelledScores(scores: [0.1, 0.2], labels: [false, false])
        #expect(healthy.areaUnderROC == nil && healthy.averagePrecision == nil)
        #expect(LogisticCalibration.fit(healthy) == nil)
    }

    @Test func calibrationGivesTheChanceOfBeingRight() throws {
        let fit = LogisticCalibration(slope: 10, intercept: -5)
        #expect(agree(fit.probability(0.5), 0.5))
        #expect(agree(fit.confidence(score: 0.9, isAnomaly: true) + fit.confidence(score: 0.9, isAnomaly: false), 1))
        #expect(fit.probability(1e6) == 1 && fit.probability(-1e6) == 0)
        let separated = try #require(
            LogisticCalibration.fit(LabelledScores(scores: [0.1, 0.2, 0.8, 0.9], labels: [false, false, true, true])))
        #expect(separated.slope.isFinite && separated.slope > 0)
        #expect(separated.probability(0.8) > 0.99)
        let flat = try #require(
            LogisticCalibration.fit(LabelledScores(scores: [0.5, 0.5, 0.5, 0.5], labels: [true, false, false, false])))
        #expect(agree(flat.probability(0.5), 0.25))
    }
}
