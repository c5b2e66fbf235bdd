import ArgumentParser
import Detectors
import SensorData
import VectorMath

/// The LSTM autoencoder of the default configuration: training steps and inference.
struct LSTMBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lstm", abstract: "Time the LSTM autoencoder.")

    @OptionGroup var options: NetworkBenchOptions

    func run() {
        let network = LSTMAutoencoder<Float>(
            .init(steps: 30, features: 14, units: 64, bottleneck: 32, layers: 2), seed: 1)
        let pool = WorkerPool(threads: options.threads)
        let trainer = AutoencoderTrainer(
            network, adam: .init(weightDecay: 1e-4), dropout: 0.2, seed: 1, pool: pool)
        let scorer = AutoencoderScorer(network)
        options.report(
            step: { _ = trainer.step($0, $1, rate: 1e-3) }, inference: { _ = scorer.errors(of: $0, pool: pool) })
    }
}
