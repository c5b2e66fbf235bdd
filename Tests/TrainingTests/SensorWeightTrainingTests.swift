import Detectors
import Features
import Foundation
import SensorData
import Testing
import Training
import VectorMath

@Suite struct SensorWeightTrainingTests {
    private static let pool = WorkerPool(threads: 1)

    private static func weights(_ source: WeightSettings.Source) throws -> WeightSettings {
        WeightSettings(source: source, knots: try Knots([0, 3]), penalty: .init(ridge: 1e-4, smoothness: 1e-4))
    }

    private static func forest(
        _ text: String, _ settings: TrainingSettings = settings(), _ source: WeightSettings.Source = .labels
    ) throws -> (prepared: PreparedTraining, detector: any Detector) {
        let prepared = try PreparedTraining(try data(text, settings), settings: settings)
        let forest = try ForestDetector(
            fitting: prepared.healthy, view: .last, configuration: .init(trees: 20, samples: 64, seed: 0), pool: pool)
        return (prepared, try prepared.weighed(forest, weights(source), pool: pool))
    }

    @Test func weighsOnlyWhereLabelsOfTrainingUnitsTeach() throws {
        #expect(try Self.forest(fleet(units: 8)).detector is WeighedDetector)
        #expect(try Self.forest(fleet(units: 8), settings(), .uniform).detector is ForestDetector)
        let unlabelled = settings { $0.healthy = .cycles(upTo: 60) }
        #expect(try Self.forest(fleet(units: 8, labelled: false), unlabelled).detector is ForestDetector)
    }

    @Test func validationUnitsHaveNoPartInThem() throws {
        let text = fleet(units: 8)
        let (prepared, detector) = try Self.forest(text)
        #expect(Set(prepared.training.unitIDs) == prepared.split.training)
        let validated = try #require(prepared.split.validation.min())
        // Other readings and labels of a validation unit change no weight.
        let changed = text.split(separator: "\n").map { line in
            guard line.hasPrefix("{\"unit_id\":\(validated),"), let end = line.range(of: "\"b\":") else {
                return String(line)
            }
            return line[..<end.lowerBound].replacing("\"is_anomaly\":false", with: "\"is_anomaly\":true") + "\"b\":7}"
        }
        #expect(try Self.forest(changed.joined(separator: "\n") + "\n").detector.tensors == detector.tensors)
    }

    @Test func scoresAreRelativeToEvenOddsAndTheProtocolTellsOfTheLabels() throws {
        let (prepared, detector) = try Self.forest(fleet(units: 10))
        let calibration = try prepared.relativeCalibration(of: detector, pool: Self.pool)
        #expect(calibration.score(SensorWeights.errorAtEvenOdds) == 0.5)
        let assessment = try Assessment(detector, calibration: calibration, on: prepared, pool: Self.pool)
        #expect(assessment.metrics.protocol.contains("sensor weights learned from the labels of training units"))
        let alone = try Self.forest(fleet(units: 10), settings(), .uniform).detector
        let unweighed = try Assessment(alone, calibration: .identity, on: prepared, pool: Self.pool)
        func precision(_ assessment: Assessment) -> Double {
            assessment.metrics.sets["validation_weighted"]?["average_precision"] ?? 0
        }
        #expect(!unweighed.metrics.protocol.contains("weights"))
        #expect(precision(assessment) > precision(unweighed))
    }

    @Test func aSeedOfItsOwnSplitsTheUnits() throws {
        func prepared(_ change: (inout TrainingSettings) -> Void) throws -> PreparedTraining {
            let settings = settings(change)
            return try PreparedTraining(try data(fleet(units: 12), settings), settings: settings)
        }
        let first = try prepared { $0.seed = 1 }
        let second = try prepared {
            $0.seed = 2
            $0.splitSeed = 1
        }
        #expect(first.split == second.split && first.record.splitSeed == nil && second.record.splitSeed == 1)
        #expect(try prepared { $0.seed = 2 }.split != first.split)
    }
}
