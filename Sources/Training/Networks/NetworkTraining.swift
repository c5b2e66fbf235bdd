import CommandKit
import Detectors
import VectorMath

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a network is trained, whatever its kind.
public struct NetworkTraining: Sendable {
    /// The optimiser's constants.
    public var adam: Adam<Float>.Settings
    /// Epochs, batches and rates.
    public var loop: TrainingLoop.Settings

    /// Takes both.
    public init(adam: Adam<Float>.Settings, loop: TrainingLoop.Settings) {
        self.adam = adam
        self.loop = loop
    }

    /// What came of it.
    public struct Outcome<Learner: Trainee> {
        /// The network, with the parameters of the best epoch.
        public let trainee: Learner
        /// The losses.
        public let state: TrainingState
        /// Why training ended.
        public let end: TrainingLoop.End
    }

    /// Trains a network on the healthy windows of `prepared`.
    ///
    /// - Parameters:
    ///   - checkpoint: the file that the state is written to after each epoch, or nil.
    ///   - resumes: whether to go on from that file.
    ///   - afterStep: is told the progress; false stops.
    ///   - afterEpoch: is told the state.
    /// - Throws: `TrainingError` when a column is constant or no epoch was completed, `BundleError` when the checkpoint is
    ///   damaged or belongs to another training, `UsageError` when it is of a later epoch than the last, `SystemError`.
    public func run<Recipe: NetworkRecipe>(
        _ recipe: Recipe, on prepared: PreparedTraining, checkpoint: String? = nil, resumes: Bool = false,
        pool: WorkerPool, afterStep: (TrainingLoop.Progress) -> Bool = { _ in true },
        afterEpoch: (TrainingState) throws -> Void = { _ in }
    ) throws -> Outcome<Recipe.Learner> {
        let constant = prepared.constantColumns
        guard constant.isEmpty else {
            throw TrainingError(
                "constant over the healthy windows: \(constant.joined(separator: ", ")); name the others with --columns"
            )
        }
        guard prepared.healthyValidation.count > 0 else {
            throw TrainingError(
                "no window of the validation units is healthy (\(prepared.settings.healthy)) to measure the loss on")
        }
        let trainee = try recipe.trainee(on: prepared, self, pool: pool)
        let identity = try identity(of: recipe, on: prepared)
        var state = TrainingState(rate: loop.rate)
        if resumes, let checkpoint {
            state = try TrainingState(path: checkpoint, parameters: trainee.parameters.count, identity: identity)
            guard state.epoch <= loop.epochs else {
                throw UsageError(
                    "\(checkpoint): training is past its last epoch; expected at most \(loop.epochs), "
                        + "found \(state.epoch)")
            }
        }
        let end = try TrainingLoop(loop).run(trainee, from: &state, afterStep: afterStep) { state in
            if let checkpoint { try state.write(to: checkpoint, identity: identity) }
            try afterEpoch(state)
        }
        guard state.bestEpoch > 0 else {
            throw TrainingError(
                end == .interruption
                    ? "interrupted before the first epoch ended; no model was written" : "\(end); no model was written")
        }
        return Outcome(trainee: trainee, state: state, end: end)
    }

    /// A text of all that the parameters after an epoch depend on.
    private func identity(of recipe: some NetworkRecipe, on prepared: PreparedTraining) throws -> String {
        var training = self
        // Only a cosine over all of training is another one when there are more epochs.
        if case .cosine(_, steps: nil) = loop.schedule {} else { training.loop.epochs = 0 }
        training.loop.patience = 0
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let record = String(decoding: try encoder.encode(prepared.record), as: UTF8.self)
        let features = String(decoding: try encoder.encode(prepared.features), as: UTF8.self)
        return "\(record) \(features) \(prepared.healthy.length) \(prepared.healthy.columns) \(recipe) \(training)"
    }
}

extension NetworkTraining {
    /// Reads the section `training` of a trainer's configuration, and the seed.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings) throws {
        let positive = Double.leastNormalMagnitude...1e30
        let rate = try settings.double("training.learning_rate", in: positive)
        // Those of the schedules that were not chosen must be sound too.
        let plateau = RateSchedule.plateau(
            patience: try settings.int("training.plateau_patience", in: 0...1_000_000),
            factor: try settings.double("training.plateau_factor", in: 0...1))
        let cosine = RateSchedule.cosine(
            minimum: try settings.double("training.cosine_minimum", in: 0...rate),
            steps: try NetworkTraining.steps(settings, "training.cosine_steps"))
        let schedule: RateSchedule
        switch try settings.string("training.schedule") {
        case "constant": schedule = .constant
        case "plateau": schedule = plateau
        case "cosine": schedule = cosine
        default: throw settings.fault("training.schedule", expected: "constant, plateau or cosine")
        }
        self.init(
            adam: Adam<Float>.Settings(
                beta1: try settings.double("training.beta1", in: 0...0.999999),
                beta2: try settings.double("training.beta2", in: 0...0.999999),
                epsilon: try settings.double("training.epsilon", in: 0...1),
                weightDecay: try settings.double("training.weight_decay", in: 0...1e3)),
            loop: TrainingLoop.Settings(
                epochs: try settings.int("training.epochs", in: 1...1_000_000),
                steps: try NetworkTraining.steps(settings, "training.steps"),
                batch: try settings.int("training.batch", in: 1...65_536), rate: rate, schedule: schedule,
                patience: try settings.int("training.early_stopping", in: 1...1_000_000), seed: try settings.seed()))
    }

    /// A number of steps; 0 is none.
    private static func steps(_ settings: Settings, _ key: String) throws -> Int? {
        let steps = try settings.int(key, in: 0...1_000_000_000)
        return steps > 0 ? steps : nil
    }
}
