import CommandKit
import Detectors
import VectorMath

/// How a PatchTST is built: what of its training is its own.
public struct PatchTSTRecipe: NetworkRecipe {
    /// The network's sizes.
    public var architecture: PatchTSTArchitecture
    /// The probability to drop an element.
    public var dropout: Double

    /// Takes both.
    public init(architecture: PatchTSTArchitecture, dropout: Double) {
        self.architecture = architecture
        self.dropout = dropout
    }

    /// Reads the section `network` of `train-patchtst`'s configuration.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings) throws {
        let architecture = PatchTSTArchitecture(
            horizon: try settings.int("network.horizon", in: 1...4096),
            patch: try settings.int("network.patch", in: 1...4096),
            patchStep: try settings.int("network.patch_step", in: 1...4096),
            width: try settings.int("network.width", in: 1...4096),
            heads: try settings.int("network.heads", in: 1...256),
            layers: try settings.int("network.layers", in: 1...64),
            hidden: try settings.int("network.hidden", in: 1...16384),
            instanceNorm: try settings.choice("network.instance_norm"))
        guard architecture.width % architecture.heads == 0 else {
            throw settings.fault("network.heads", expected: "a divisor of the width, \(architecture.width)")
        }
        let length = try settings.int("length", in: 1...100_000)
        guard architecture.patch <= length - architecture.horizon else {
            throw settings.fault(
                "network.patch",
                expected: "at most the \(length - architecture.horizon) rows of a window before the horizon")
        }
        self.init(architecture: architecture, dropout: try settings.double("network.dropout", in: 0...0.95))
    }

    /// A fresh network and what trains it.
    public func trainee(
        on prepared: PreparedTraining, _ training: NetworkTraining, pool: WorkerPool
    ) throws -> PatchTSTTrainee {
        let shape = try architecture.shape(length: prepared.healthy.length, columns: prepared.healthy.width)
        return PatchTSTTrainee(
            PatchTST<Float>(shape, seed: training.loop.seed), on: prepared.healthy,
            validation: prepared.healthyValidation, adam: training.adam, dropout: dropout, seed: training.loop.seed,
            pool: pool)
    }

    /// The forecast error of the trained network.
    public func detector(
        of trainee: PatchTSTTrainee, on prepared: PreparedTraining, pool: WorkerPool
    ) -> PatchTSTDetector {
        PatchTSTDetector(trainee.network, columns: prepared.healthy.columns)
    }
}
