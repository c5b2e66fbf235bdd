import ArgumentParser
import CommandKit
import Detectors
import Experiments

/// The options that every trainer of a network has besides `TrainingOptions`.
public struct NetworkOptions: ParsableArguments {
    /// The most epochs.
    @Option(help: ArgumentHelp("The most epochs.", valueName: "n"))
    public var epochs: Int?

    /// The first learning rate.
    @Option(help: ArgumentHelp("The first learning rate.", valueName: "rate"))
    public var learningRate: Double?

    /// Where the state goes.
    @Option(
        help: ArgumentHelp("Write where training stands to FILE after each epoch.", valueName: "file"),
        completion: .file())
    public var checkpoint: String?

    /// Whether to go on from there.
    @Flag(help: "Go on from the checkpoint; the result is that of an uninterrupted training.")
    public var resume = false

    /// Nothing set.
    public init() {}

    /// Sets what the command line says.
    public func override(_ settings: inout Settings) {
        settings.override("training.epochs", with: epochs, from: "--epochs")
        settings.override("training.learning_rate", with: learningRate, from: "--learning-rate")
    }

    /// - Throws: `UsageError` when the options contradict each other.
    public func check() throws {
        guard checkpoint != nil || !resume else { throw UsageError("--resume needs --checkpoint FILE to go on from") }
    }
}

extension TrainingRun {
    /// Trains a network with progress, checkpoints and Ctrl-C, and finishes with its best epoch.
    ///
    /// - Throws: `TrainingError` when nothing was learned, and after the bundle was written when the loss diverged;
    ///   `BundleError` when the checkpoint does not fit, `DataError`, `SystemError`.
    public func train(
        _ recipe: some NetworkRecipe, _ training: NetworkTraining, options: NetworkOptions
    ) throws {
        Interruption.watch()
        var progress = EpochProgress(report)
        var epochs = training.loop.epochs
        let outcome = try training.run(
            recipe, on: prepared, checkpoint: options.checkpoint, resumes: options.resume, pool: pool,
            afterStep: { step in
                epochs = step.epochs
                progress.show(
                    epoch: step.epoch, of: epochs, step: step.step, steps: step.steps, loss: step.loss)
                return !Interruption.isRequested
            },
            afterEpoch: { state in
                guard let last = state.history.last else { return }
                progress.finishEpoch(
                    state.epoch, of: epochs, training: last.training, validation: last.validation, rate: last.rate,
                    isBest: state.bestEpoch == state.epoch)
                recordEpoch(state)
            })
        let state = outcome.state
        let detector = try recipe.detector(of: outcome.trainee, on: prepared, pool: pool)
        try finish(
            detector, calibration: try recipe.calibration(of: detector, on: prepared, pool: pool),
            history: HistoryRecord(state), fit: "epoch \(state.bestEpoch) of \(state.epoch) (\(outcome.end))",
            status: outcome.end.status)
        if case .divergence = outcome.end {
            throw TrainingError("\(outcome.end); epoch \(state.bestEpoch), the best before, is in \(path)")
        }
    }
}

extension TrainingLoop.End {
    /// What the record says of a training that ended so.
    var status: RunStatus {
        switch self {
        case .interruption: .killed
        case .divergence: .failed
        default: .finished
        }
    }
}
