import Evaluation
import Foundation
import Testing

/// One case of `Tests/Goldens/evaluation/metrics.json`.
struct MetricsGolden: Decodable, Sendable, CustomTestStringConvertible {
    struct AtThreshold: Decodable, Sendable {
        let threshold: Double
        let confusion: [Double]
        let precision, recall, f1, f2, fhalf, accuracy: Double?
    }
    struct Best: Decodable, Sendable {
        let f1, threshold: Double
    }
    struct Logistic: Decodable, Sendable {
        let slope, intercept: Double
    }
    let name: String
    let scores: [Double]
    let labels: [Int]
    let weights: [Double]?
    let auc, ap: Double?
    let at: [AtThreshold]
    let best: Best?
    let quantiles: [[Double]]
    let logistic: Logistic?
    let roc, pr: [[Double]]?

    var testDescription: String { name }
    var data: LabelledScores {
        LabelledScores(scores: scores, labels: labels.map { $0 == 1 }, weights: weights)
    }

    private struct File: Decodable {
        let cases: [MetricsGolden]
    }
    static func load() throws -> [MetricsGolden] {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Goldens/evaluation/metrics.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
    }
}

/// Equal to 1e-12, or both undefined.
func agree(_ one: Double?, _ other: Double?, within tolerance: Double = 1e-12) -> Bool {
    switch (one, other) {
    case (nil, nil): true
    case (let one?, let other?): abs(one - other) <= tolerance * max(1, abs(other))
    default: false
    }
}

@Suite struct MetricsTests {
    @Test(arguments: try MetricsGolden.load())
    func areasEqualScikitLearn(golden: MetricsGolden) {
        #expect(agree(golden.data.areaUnderROC, golden.auc))
        #expect(agree(golden.data.averagePrecision, golden.ap))
    }

    @Test(arguments: try MetricsGolden.load())
    func decisionsEqualScikitLearn(golden: MetricsGolden) {
        for expected in golden.at {
            let confusion = ConfusionMatrix(golden.data, threshold: expected.threshold)
            let counts = [
                confusion.truePositives, confusion.falsePositives, confusion.falseNegatives, confusion.trueNegatives,
            ]
            for (count, expected) in zip(counts, expected.confusion) { #expect(agree(count, expected)) }
            #expect(agree(confusion.precision, expected.precision))
            #expect(agree(confusion.recall, expected.recall))
            #expect(agree(confusion.f1, expected.f1))
            #expect(agree(confusion.fScore(beta: 2), expected.f2))
            #expect(agree(confusion.fScore(beta: 0.5), expected.fhalf))
            #expect(agree(confusion.accuracy, expected.accuracy))
        }
    }

    @Test(arguments: try MetricsGolden.load())
    func curvesEqualScikitLearn(golden: MetricsGolden) {
        guard let roc = golden.roc, let pr = golden.pr else { return }
        let points = OperatingCurve(golden.data).points
        let weighted = points.filter { $0.isStep }
        #expect(weighted.map(\.score) == roc[2])
        for (point, expected) in zip(weighted, zip(roc[0], roc[1])) {
            #expect(agree(point.falsePositiveRate, expected.0))
            #expect(agree(point.recall, expected.1))
        }
        #expect(weighted.map(\.score) == pr[2])
        for (point, expected) in zip(weighted, zip(pr[0], pr[1])) {
            #expect(agree(point.precision, expected.0))
            #expect(agree(point.recall, expected.1))
        }
    }

    @Test(arguments: try MetricsGolden.load())
    func exactSweepFindsTheBruteForceMaximum(golden: MetricsGolden) throws {
        guard let best = golden.best else { return }
        let grid = try #require(ThresholdGrid(low: 0.01, high: 1, steps: 100))
        let sweep = try ThresholdSweep(golden.data, grid: grid, exact: true, objective: .fScore(beta: 1))
        #expect(agree(sweep.best.confusion.f1, best.f1))
        #expect(agree(ConfusionMatrix(golden.data, threshold: sweep.best.threshold).f1, best.f1))
        if golden.weights == nil { #expect(agree(sweep.best.threshold, best.threshold)) }
    }

    @Test(arguments: try MetricsGolden.load())
    func quantilesEqualNumPy(golden: MetricsGolden) throws {
        for pair in golden.quantiles {
            let threshold = try ThresholdSweep.exactThreshold(golden.data, objective: .quantile(share: pair[0]))
            #expect(agree(threshold, pair[1]))
        }
    }

    @Test(arguments: try MetricsGolden.load())
    func logisticFitEqualsScikitLearn(golden: MetricsGolden) throws {
        guard let expected = golden.logistic else { return }
        let fit = try #require(LogisticCalibration.fit(golden.data))
        #expect(agree(fit.slope, expected.slope, within: 1e-6))
        #expect(agree(fit.intercept, expected.intercept, within: 1e-6))
    }
}
