import Detectors
import Features
import Foundation
import Testing
import Training
import VectorMath

@Suite struct NetworkTrainingTests {
    private let pool = WorkerPool()
    private let recipe = AutoencoderRecipe(
        architecture: AutoencoderArchitecture(units: 4, bottleneck: 2, layers: 1), dropout: 0)

    private func training(rate: Double = 0.01) -> NetworkTraining {
        NetworkTraining(
            adam: .init(),
            loop: .init(epochs: 3, batch: 64, rate: rate, schedule: .constant, patience: 10, seed: 1))
    }

    private func message(_ work: () throws -> Void) -> String? {
        do {
            try work()
            return nil
        } catch { return "\(error)" }
    }

    private func prepared(_ text: String, _ settings: TrainingSettings = settings()) throws -> PreparedTraining {
        try PreparedTraining(try data(text, settings), settings: settings)
    }

    @Test func theErrorOfOneInAHundredHealthyWindowsIsHalfTheScale() throws {
        let prepared = try prepared(fleet(units: 8))
        let outcome = try training().run(recipe, on: prepared, pool: pool)
        #expect(outcome.end == .epochs && outcome.state.history.count == 3)
        let detector = try recipe.detector(of: outcome.trainee, on: prepared, pool: pool)
        let calibration = try recipe.calibration(of: detector, on: prepared, pool: pool)
        let scores = try detector.errors(of: prepared.healthyValidation, pool: pool).map(calibration.score)
        #expect(abs(Double(scores.count { $0 > 0.5 }) / Double(scores.count) - 0.01) < 0.01)
    }

    @Test func refusesWhatNoNetworkCanLearnFrom() throws {
        let constant = try prepared(fleet(units: 4).replacing("\"b\":", with: "\"c\":3,\"b\":"))
        #expect(
            message { _ = try training().run(recipe, on: constant, pool: pool) }?
                .hasPrefix("constant over the healthy windows: c;") == true)
        // A validation unit that was first seen when it was worn.
        let halves = settings { $0.validationShare = 0.5 }
        let unit = try #require(try prepared(fleet(units: 2), halves).split.validation.first)
        let worn =
            fleet(units: 2).split(separator: "\n").filter { line in
                guard line.contains("\"unit_id\":\(unit),"), let life = line.firstMatch(of: /"rul":(\d+)/) else {
                    return true
                }
                return (Int(life.1) ?? 0) < 20
            }.joined(separator: "\n") + "\n"
        let late = try prepared(worn, halves)
        #expect(
            message { _ = try training().run(recipe, on: late, pool: pool) }?
                .hasPrefix("no window of the validation units is healthy (rul>=25)") == true)
    }

    @Test func aCheckpointBehindTheLastEpochIsRefused() throws {
        let prepared = try prepared(fleet(units: 6))
        let path = NSTemporaryDirectory() + "checkpoint-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try training().run(recipe, on: prepared, checkpoint: path, pool: pool)
        let again = try training().run(recipe, on: prepared, checkpoint: path, resumes: true, pool: pool)
        #expect(again.state == whole.state)
        var shorter = training()
        shorter.loop.epochs = 2
        #expect(
            message { _ = try shorter.run(recipe, on: prepared, checkpoint: path, resumes: true, pool: pool) }
                == "\(path): training is past its last epoch; expected at most 2, found 3")
    }

    @Test func whatEndsBeforeTheFirstEpochLeavesNoModel() throws {
        let prepared = try prepared(fleet(units: 6))
        #expect(
            message { _ = try training(rate: 1e30).run(recipe, on: prepared, pool: pool) }?
                .hasSuffix("is no finite number; try a lower learning rate; no model was written") == true)
        #expect(
            message { _ = try training().run(recipe, on: prepared, pool: pool, afterStep: { _ in false }) }
                == "interrupted before the first epoch ended; no model was written")
    }
}
