import ArgumentParser
import Detectors
import SensorData
import VectorMath

/// PatchTST of the default configuration: training steps and inference.
struct PatchTSTBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "patchtst", abstract: "Time PatchTST.")

    @OptionGroup var options: NetworkBenchOptions

    func run() {
        let network = PatchTST<Float>(
            .init(
                steps: 20, horizon: 10, channels: 14, patch: 8, patchStep: 4, width: 64, heads: 4, layers: 3,
                hidden: 128), seed: 1)
        let pool = WorkerPool(threads: options.threads)
        let trainer = PatchTSTTrainer(network, adam: .init(weightDecay: 1e-4), dropout: 0.2, seed: 1, pool: pool)
        let scorer = PatchTSTScorer(network)
        options.report(
            step: { _ = trainer.step($0, $1, rate: 5e-4) }, inference: { _ = scorer.errors(of: $0, pool: pool) })
    }
}
