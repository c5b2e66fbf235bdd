import Evaluation
import Foundation
import RecordStreams
import SensorData
import Testing

/// `Tests/Goldens/evaluation/scored.json`: what scikit-learn and NumPy make of the scored records beside it.
struct ScoredGolden: Decodable {
    struct Metrics: Decodable {
        let f1, precision, recall, auc_roc, average_precision, best_f1, best_threshold: Double
        let confusion: [Double]
    }
    struct Unit: Decodable {
        let detected: Bool
        let lead_time: Int64?
        let false_alarms, false_alarms_far, false_positives: Int
    }
    let records, warmup: Int
    let plain: Metrics
    let weighted: Metrics?
    let units: [String: Unit]
    let lead_quantiles: [Double]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../Goldens/evaluation")

    static func load(_ name: String) throws -> ScoredGolden {
        let data = try Data(contentsOf: folder.appending(path: "scored.json"))
        let all = try JSONDecoder().decode([String: ScoredGolden].self, from: data)
        return try #require(all[name])
    }

    static func scores(_ name: String) throws -> LabelledScores {
        let reader = try RecordReader(paths: [folder.appending(path: "\(name).ndjson").path])
        var scores = LabelledScores()
        var records: [ScoredRecord] = []
        while try reader.next(&records) {
            for record in records { try scores.append(record) }
        }
        return scores
    }
}

@Suite struct ModelEvaluationTests {
    private func expect(_ evaluation: ModelEvaluation, _ expected: ScoredGolden.Metrics) {
        #expect(agree(evaluation.confusion.f1, expected.f1))
        #expect(agree(evaluation.confusion.precision, expected.precision))
        #expect(agree(evaluation.confusion.recall, expected.recall))
        #expect(agree(evaluation.areaUnderROC, expected.auc_roc))
        #expect(agree(evaluation.averagePrecision, expected.average_precision))
        #expect(agree(evaluation.confusion.truePositives, expected.confusion[0]))
        #expect(agree(evaluation.confusion.falsePositives, expected.confusion[1]))
        #expect(agree(evaluation.confusion.falseNegatives, expected.confusion[2]))
        #expect(agree(evaluation.confusion.trueNegatives, expected.confusion[3]))
    }

    @Test(arguments: ["validation", "test"])
    func scoredRecordsEqualScikitLearn(name: String) throws {
        let golden = try ScoredGolden.load(name)
        let evaluation = try ModelEvaluation(ScoredGolden.scores(name), source: name)
        #expect(evaluation.recordCount == golden.records)
        #expect(evaluation.warmupCount == golden.warmup)
        #expect(evaluation.thresholds == 0.55...0.55)
        #expect(evaluation.modelVersion == "made-up-1")
        expect(evaluation, golden.plain)
    }

    @Test func truncationWeightsEqualTheFormula() throws {
        var measure = EvaluationProtocol()
        measure.weighting = .automatic
        let golden = try ScoredGolden.load("validation")
        let evaluation = try ModelEvaluation(ScoredGolden.scores("validation"), source: "v", measure: measure)
        #expect(evaluation.measure.weighting == .truncation)
        expect(evaluation, try #require(golden.weighted))
    }

    @Test func theExactSweepFindsTheWeightedMaximum() throws {
        let golden = try #require(try ScoredGolden.load("validation").weighted)
        var data = try ScoredGolden.scores("validation")
        try data.weightByTruncation()
        let grid = try #require(ThresholdGrid("0.01:1:100"))
        let sweep = try ThresholdSweep(data, grid: grid, exact: true, objective: .fScore(beta: 1))
        #expect(agree(sweep.best.confusion.f1, golden.best_f1))
        #expect(agree(sweep.best.threshold, golden.best_threshold))
        #expect(try ThresholdSweep.exactThreshold(data, objective: .fScore(beta: 1)) == sweep.best.threshold)
    }

    @Test func unitsThatAreCutOffCannotBeWeighted() throws {
        var data = try ScoredGolden.scores("test")
        #expect(!data.runsToFailure)
        #expect(try data.weight(.automatic) == .none)
        #expect(throws: DataError.self) { try data.weightByTruncation() }
    }

    @Test(arguments: ["validation", "test"])
    func alarmsEqualThePlainAccount(name: String) throws {
        let golden = try ScoredGolden.load(name)
        let evaluation = try ModelEvaluation(ScoredGolden.scores(name), source: name)
        #expect(evaluation.units.count == golden.units.count)
        for unit in evaluation.units {
            let expected = try #require(golden.units["\(unit.unitID)"])
            #expect(unit.isDetected == expected.detected)
            #expect(unit.leadTime == expected.lead_time)
            #expect(unit.falseAlarms == expected.false_alarms)
            #expect(unit.farFalseAlarms == expected.false_alarms_far)
            #expect(unit.falseRecords == expected.false_positives)
        }
        let spread = try #require(evaluation.fleet.leadTime)
        #expect(agree(spread.median, golden.lead_quantiles[0]))
        #expect(agree(spread.low, golden.lead_quantiles[1]))
        #expect(agree(spread.high, golden.lead_quantiles[2]))
    }

    @Test func decisionsAndLabelsCanBeMadeAnew() throws {
        var measure = EvaluationProtocol()
        measure.threshold = 0
        measure.rulThreshold = 1
        measure.replicates = 0
        let evaluation = try ModelEvaluation(ScoredGolden.scores("validation"), source: "v", measure: measure)
        #expect(evaluation.confusion.truePositives == 6, "the last record of each unit")
        #expect(evaluation.confusion.recall == 1)
        #expect(evaluation.confusion.falseNegatives + evaluation.confusion.trueNegatives == 0)
        #expect(evaluation.intervals == nil)
    }

    @Test func intervalsHoldTheMetricsAndRepeatWithTheirSeed() throws {
        let data = try ScoredGolden.scores("validation")
        var measure = EvaluationProtocol()
        measure.replicates = 300
        let one = try ModelEvaluation(data, source: "v", measure: measure)
        let other = try ModelEvaluation(data, source: "v", measure: measure)
        #expect(one.intervals == other.intervals)
        measure.seed = 2
        #expect(try ModelEvaluation(data, source: "v", measure: measure).intervals != one.intervals)
        let intervals = try #require(one.intervals)
        let f1 = try #require(intervals.f1)
        #expect(try f1.contains(#require(one.confusion.f1)))
        #expect(f1.lowerBound < f1.upperBound)
        #expect(try #require(intervals.areaUnderROC).contains(#require(one.areaUnderROC)))
        #expect(try #require(intervals.averagePrecision).contains(#require(one.averagePrecision)))
    }

    @Test func whatCannotBeMeasuredIsSaid() throws {
        var record = ScoredRecord(unitID: 1, cycle: 30, modelVersion: "m")
        record.anomalyScore = 0.5
        var data = LabelledScores()
        #expect(throws: DataError.self) { try ModelEvaluation(data, source: "empty") }
        try data.append(record)
        let noLabel = #expect(throws: DataError.self) { try ModelEvaluation(data, source: "f") }
        #expect(noLabel?.message.contains("label") == true)
        record.label = true
        try data.append(record)
        let noDecision = #expect(throws: DataError.self) { try ModelEvaluation(data, source: "f") }
        #expect(noDecision?.message.contains("is_anomaly") == true)
        var measure = EvaluationProtocol()
        measure.threshold = 0.5
        let twice = #expect(throws: DataError.self) { try ModelEvaluation(data, source: "f", measure: measure) }
        #expect(twice?.message.contains("cycle 30 occurs twice") == true)
        record.anomalyScore = .nan
        #expect(throws: DataError.self) { try data.append(record) }
        record.status = .warmup
        try data.append(record)
        #expect(data.warmupCount == 1)
        #expect(data.count == 2)
    }
}
