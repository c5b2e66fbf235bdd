import CommandKit
import Detectors
import VectorMath

/// How an LSTM autoencoder is built: what of its training is its own.
public struct AutoencoderRecipe: NetworkRecipe {
    /// The network's sizes.
    public var architecture: AutoencoderArchitecture
    /// The probability to drop an element between layers.
    public var dropout: Double
    /// Whether and how its evidence is weighed; nil is not.
    public var weights: WeightSettings?

    /// Takes all of it.
    public init(architecture: AutoencoderArchitecture, dropout: Double, weights: WeightSettings? = nil) {
        self.architecture = architecture
        self.dropout = dropout
        self.weights = weights
    }

    /// Reads the sections `network` and `scoring` of `train-lstmae`'s configuration.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings) throws {
        self.init(
            architecture: AutoencoderArchitecture(
                units: try settings.int("network.units", in: 1...4096),
                bottleneck: try settings.int("network.bottleneck", in: 1...4096),
                layers: try settings.int("network.layers", in: 1...16),
                surpriseRows: try settings.surpriseRows(of: settings.int("length", in: 1...100_000))),
            dropout: try settings.double("network.dropout", in: 0...0.95), weights: try WeightSettings(settings))
    }

    /// A fresh network and what trains it.
    public func trainee(
        on prepared: PreparedTraining, _ training: NetworkTraining, pool: WorkerPool
    ) -> AutoencoderTrainee {
        let network = LSTMAutoencoder<Float>(
            .init(
                steps: prepared.healthy.length, features: prepared.healthy.width, units: architecture.units,
                bottleneck: architecture.bottleneck, layers: architecture.layers),
            seed: training.loop.seed)
        return AutoencoderTrainee(
            network, on: prepared.healthy, validation: prepared.healthyValidation, adam: training.adam,
            dropout: dropout, seed: training.loop.seed, pool: pool)
    }

    /// The trained network, judging by what the configuration asks for.
    public func detector(
        of trainee: AutoencoderTrainee, on prepared: PreparedTraining, pool: WorkerPool
    ) throws -> any Detector {
        var detector = AutoencoderDetector(trainee.network, columns: prepared.healthy.columns)
        if let rows = architecture.surpriseRows {
            detector = try detector.surprised(over: rows, beside: prepared.referenceWindows, pool: pool)
        }
        return try weights.map { try prepared.weighed(detector, $0, pool: pool) } ?? detector
    }
}

extension Settings {
    /// Reads the section `scoring`: the rows whose surprise is the error, nil for the mean squared error.
    ///
    /// - Parameter judged: how many rows of a window the network judges.
    /// - Throws: `UsageError` naming file, line and key.
    fileprivate func surpriseRows(of judged: Int) throws -> Int? {
        let rows = try int("scoring.rows", in: 1...100_000)
        switch try string("scoring.kind") {
        case "mse": return nil
        case "surprise":
            guard rows <= judged else {
                throw fault(among: [
                    ("scoring.rows", "at most the \(judged) rows of a window"),
                    ("length", "at least the \(rows) rows that surprise looks at"),
                ])
            }
            return rows
        default: throw fault("scoring.kind", expected: "mse or surprise")
        }
    }
}
