import SensorData
import VectorMath

/// An LSTM autoencoder on its training windows.
public final class AutoencoderTrainee: Trainee {
    private let trainer: AutoencoderTrainer<Float>
    private let scorer: AutoencoderScorer<Float>
    private let windows: WindowBatch
    private let validation: WindowBatch
    private let pool: WorkerPool

    /// Trains `network` on `windows` and measures it on `validation`, healthy windows both.
    ///
    /// - Parameters:
    ///   - dropout: the probability to drop an element between layers.
    ///   - seed: of dropout's random numbers.
    public init(
        _ network: LSTMAutoencoder<Float>, on windows: WindowBatch, validation: WindowBatch,
        adam: Adam<Float>.Settings, dropout: Double, seed: UInt64, pool: WorkerPool
    ) {
        precondition(
            [windows, validation].allSatisfy {
                $0.length == network.shape.steps && $0.width == network.shape.features && $0.count > 0
            }, "windows of \(network.shape.steps) rows × \(network.shape.features) columns")
        trainer = AutoencoderTrainer(network, adam: adam, dropout: dropout, seed: seed, pool: pool)
        scorer = AutoencoderScorer(network)
        self.windows = windows
        self.validation = validation
        self.pool = pool
    }

    /// The network.
    public var network: LSTMAutoencoder<Float> { trainer.network }
    /// The parameters, flat.
    public var parameters: AlignedBuffer<Float> { trainer.network.parameters }
    /// The optimiser.
    public var adam: Adam<Float> { trainer.adam }
    /// The number of windows to train on.
    public var windowCount: Int { windows.count }

    /// Takes a step on the windows named and returns their mean squared error before it.
    public func step(_ indices: ArraySlice<Int>, rate: Double) -> Double {
        trainer.step(windows, indices, rate: rate)
    }

    /// The mean squared error of the validation windows.
    public func validationLoss() -> Double {
        let errors = scorer.errors(of: validation, pool: pool)
        return errors.reduce(0.0) { $0 + Double($1) } / Double(errors.count)
    }

    /// Packs the new parameters.
    public func parametersWereReplaced() {
        trainer.network.pack()
    }
}
