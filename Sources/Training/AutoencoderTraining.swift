import CommandKit
import Detectors
import VectorMath

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How an LSTM autoencoder is built and trained.
public struct AutoencoderTraining: Sendable {
    /// The network's sizes.
    public var architecture: AutoencoderArchitecture
    /// The probability to drop an element between layers.
    public var dropout: Double
    /// The optimiser's constants.
    public var adam: Adam<Float>.Settings
    /// Epochs, batches and rates.
    public var loop: TrainingLoop.Settings

    /// Takes all of it.
    public init(
        architecture: AutoencoderArchitecture, dropout: Double, adam: Adam<Float>.Settings, loop: TrainingLoop.Settings
    ) {
        self.architecture = architecture
        self.dropout = dropout
        self.adam = adam
        self.loop = loop
    }

    /// What came of it.
    public struct Outcome {
        /// The network of the best epoch.
        public let network: LSTMAutoencoder<Float>
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
    ///   damaged or belongs to another training, `SystemError`.
    public func run(
        on prepared: PreparedTraining, checkpoint: String?, resumes: Bool, pool: WorkerPool,
        afterStep: (TrainingLoop.Progress) -> Bool = { _ in true }, afterEpoch: (TrainingState) -> Void = { _ in }
    ) throws -> Outcome {
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
        let network = LSTMAutoencoder<Float>(
            .init(
                steps: prepared.healthy.length, features: prepared.healthy.width, units: architecture.units,
                bottleneck: architecture.bottleneck, layers: architecture.layers),
            seed: loop.seed)
        let identity = try identity(on: prepared)
        var state = TrainingState(rate: loop.rate)
        if resumes, let checkpoint {
            state = try TrainingState(path: checkpoint, parameters: network.parameters.count, identity: identity)
        }
        let trainee = AutoencoderTrainee(
            network, on: prepared.healthy, validation: prepared.healthyValidation, adam: adam, dropout: dropout,
            seed: loop.seed, pool: pool)
        let end = try TrainingLoop(loop).run(trainee, from: &state, afterStep: afterStep) { state in
            if let checkpoint { try state.write(to: checkpoint, identity: identity) }
            afterEpoch(state)
        }
        guard state.bestEpoch > 0 else {
            throw TrainingError(
                end == .interruption
                    ? "interrupted before the first epoch ended; no model was written"
                    : "\(AutoencoderTraining.describe(end)); no model was written")
        }
        return Outcome(network: network, state: state, end: end)
    }

    /// A text of all that the parameters after an epoch depend on.
    private func identity(on prepared: PreparedTraining) throws -> String {
        var training = self
        // Only a cosine is another one when there are more epochs.
        if case .cosine = loop.schedule {} else { training.loop.epochs = 0 }
        training.loop.patience = 0
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let record = String(decoding: try encoder.encode(prepared.record), as: UTF8.self)
        let features = String(decoding: try encoder.encode(prepared.features), as: UTF8.self)
        return "\(record) \(features) \(prepared.healthy.length) \(prepared.healthy.columns) \(training)"
    }

    /// Why training ended, in words.
    public static func describe(_ end: TrainingLoop.End) -> String {
        switch end {
        case .epochs: "all epochs done"
        case .patience: "the validation loss no longer fell"
        case .interruption: "interrupted"
        case .divergence(let epoch, 0):
            "the validation loss of epoch \(epoch) is no finite number; try a lower learning rate"
        case .divergence(let epoch, let step):
            "the loss of epoch \(epoch), step \(step) is no finite number; try a lower learning rate"
        }
    }

    /// The error that scores are relative to: the 99th percentile of the healthy validation windows.
    public static func calibration(
        _ detector: AutoencoderDetector, on prepared: PreparedTraining, pool: WorkerPool
    ) throws -> ScoreCalibration {
        let errors = try detector.errors(of: prepared.healthyValidation, pool: pool).sorted()
        let reference = errors[min(errors.count - 1, errors.count * 99 / 100)]
        return .relative(reference: max(reference, .leastNormalMagnitude))
    }
}

extension AutoencoderTraining {
    /// Reads the sections `network` and `training` of `train-lstmae`'s configuration.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings, seed: UInt64) throws {
        let positive = Double.leastNormalMagnitude...1e6
        let rate = try settings.double("training.learning_rate", in: positive)
        let schedule: RateSchedule
        switch try settings.string("training.schedule") {
        case "constant": schedule = .constant
        case "plateau":
            schedule = .plateau(
                patience: try settings.int("training.plateau_patience", in: 0...1_000_000),
                factor: try settings.double("training.plateau_factor", in: 0...1))
        case "cosine": schedule = .cosine(minimum: try settings.double("training.cosine_minimum", in: 0...rate))
        default: throw settings.fault("training.schedule", expected: "constant, plateau or cosine")
        }
        self.init(
            architecture: AutoencoderArchitecture(
                units: try settings.int("network.units", in: 1...4096),
                bottleneck: try settings.int("network.bottleneck", in: 1...4096),
                layers: try settings.int("network.layers", in: 1...16)),
            dropout: try settings.double("network.dropout", in: 0...0.95),
            adam: Adam<Float>.Settings(
                beta1: try settings.double("training.beta1", in: 0...0.999999),
                beta2: try settings.double("training.beta2", in: 0...0.999999),
                epsilon: try settings.double("training.epsilon", in: 0...1),
                weightDecay: try settings.double("training.weight_decay", in: 0...1e3)),
            loop: TrainingLoop.Settings(
                epochs: try settings.int("training.epochs", in: 1...1_000_000),
                batch: try settings.int("training.batch", in: 1...65_536), rate: rate, schedule: schedule,
                patience: try settings.int("training.early_stopping", in: 1...1_000_000), seed: seed))
    }
}
