import ArgumentParser
import Detectors
import SensorData
import VectorMath

/// The LSTM autoencoder of the default configuration: training steps and inference.
struct LSTMBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lstm", abstract: "Time the LSTM autoencoder.")

    @Option(help: "The number of threads.") var threads = 1
    @Option(help: "The number of timed runs.") var repeats = 30
    @Flag(help: "Time training steps only.") var training = false

    func run() throws {
        let pool = WorkerPool(threads: threads)
        let network = LSTMAutoencoder<Float>(
            .init(steps: 30, features: 14, units: 64, bottleneck: 32, layers: 2), seed: 1)
        let trainer = AutoencoderTrainer(
            network, adam: .init(weightDecay: 1e-4), dropout: 0.2, seed: 1, pool: pool)
        let batch = windows(64)
        let order = Array(0..<64)
        report("step 64", repeats) { _ = trainer.step(batch, order[...], rate: 1e-3) }
        for count in training ? [] : [1, 64, 1024] {
            let scorer = AutoencoderScorer(network)
            let batch = windows(count)
            report("inference \(count)", count == 1 ? 20 * repeats : repeats) {
                _ = scorer.errors(of: batch, pool: pool)
            }
        }
    }

    /// Random windows that share no rows.
    private func windows(_ count: Int) -> WindowBatch {
        var random = CounterRandom(seed: 3)
        var batch = WindowBatch(columns: (1...14).map { "sensor_\($0)" }, length: 30, keys: [])
        batch.rows = (0..<count * 30 * 14).map { _ in random.uniform() }
        batch.starts = (0..<count).map { $0 * 30 }
        return batch
    }

    private func report(_ name: String, _ repeats: Int, _ work: () -> Void) {
        let time = measure(repeats: repeats, work)
        print("\(name)\t\(time.best)\t\(time.median)")
    }
}

/// The shortest and the median time of `repeats` runs of `work`, in milliseconds, after one run that is not counted.
private func measure(repeats: Int, _ work: () -> Void) -> (best: Double, median: Double) {
    work()
    let clock = ContinuousClock()
    let times = (0..<repeats).map { _ in clock.measure(work) / .milliseconds(1) }.sorted()
    return (times[0], times[times.count / 2])
}
