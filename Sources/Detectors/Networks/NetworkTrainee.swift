import SensorData
import VectorMath

/// A network on its training windows.
public final class NetworkTrainee<Pass: WindowPass>: Trainee where Pass.Network.Scalar == Float {
    /// Takes a step on the windows of a batch that are named, at a rate; returns their loss before it.
    typealias Step = (NetworkTrainer<Pass>, WindowBatch, ArraySlice<Int>, Double) -> Double
    /// The errors of the columns of each window.
    typealias Errors = (NetworkScorer<Pass>, WindowBatch, WorkerPool) -> [Float]

    private let trainer: NetworkTrainer<Pass>
    private let scorer: NetworkScorer<Pass>
    private let windows: WindowBatch
    private let validation: WindowBatch
    private let pool: WorkerPool
    private let takeStep: Step
    private let errors: Errors

    /// Trains `network` on `windows` and measures it on `validation`, healthy windows both.
    ///
    /// - Parameters:
    ///   - dropout: the probability to drop an element between layers.
    ///   - seed: of dropout's random numbers.
    ///   - step: the trainer's step, and
    ///   - errors: the scorer's errors, compiled for this kind of pass.
    init(
        _ network: Pass.Network, on windows: WindowBatch, validation: WindowBatch, adam: Adam<Float>.Settings,
        dropout: Double, seed: UInt64, pool: WorkerPool, step: @escaping Step, errors: @escaping Errors
    ) {
        precondition(
            [windows, validation].allSatisfy {
                $0.length == network.windowLength && $0.width == network.windowWidth && $0.count > 0
            }, "windows of \(network.windowLength) rows × \(network.windowWidth) columns")
        trainer = NetworkTrainer(network, adam: adam, dropout: dropout, seed: seed, pool: pool)
        scorer = NetworkScorer(network)
        self.windows = windows
        self.validation = validation
        self.pool = pool
        takeStep = step
        self.errors = errors
    }

    /// The network.
    public var network: Pass.Network { trainer.network }
    /// The parameters, flat.
    public var parameters: AlignedBuffer<Float> { trainer.network.parameters }
    /// The optimiser.
    public var adam: Adam<Float> { trainer.adam }
    /// The number of windows to train on.
    public var windowCount: Int { windows.count }

    /// Takes a step on the windows named and returns their mean squared error before it.
    public func step(_ indices: ArraySlice<Int>, rate: Double) -> Double {
        takeStep(trainer, windows, indices, rate)
    }

    /// The mean squared error of the validation windows.
    public func validationLoss() -> Double {
        let errors = errors(scorer, validation, pool)
        return errors.reduce(0.0) { $0 + Double($1) } / Double(errors.count)
    }

    /// Packs the new parameters.
    public func parametersWereReplaced() {
        trainer.network.pack()
    }
}
