import ArgumentParser
import Detectors
import VectorMath

/// The LSTM autoencoder of the default configuration: training steps and inference.
struct LSTMBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lstm", abstract: "Time the LSTM autoencoder.")

    @Option(help: "The number of threads.") var threads = 1
    @Option(help: "The number of timed runs.") var repeats = 30

    func run() throws {
        let pool = WorkerPool(threads: threads)
        let network = LSTMAutoencoder<Float>(
            .init(steps: 30, features: 14, units: 64, bottleneck: 32, layers: 2), seed: 1)
        let windows = Windows(count: 1024, size: 30 * 14)
        let trainer = AutoencoderTrainer(
            network, adam: .init(weightDecay: 1e-4), dropout: 0.2, seed: 1, pool: pool)
        report("step 64", repeats) {
            _ = trainer.step(count: 64, rate: 1e-3) { index, pass, row in windows.copy(index, to: pass, row) }
        }
        for count in [1, 64, 1024] {
            let scorer = AutoencoderScorer(network, pool: pool)
            var errors = [Float](repeating: 0, count: count * 14)
            report("inference \(count)", count == 1 ? 20 * repeats : repeats) {
                scorer.score(count: count, errors: &errors) { index, pass, row in windows.copy(index, to: pass, row) }
            }
        }
    }

    private func report(_ name: String, _ repeats: Int, _ work: () -> Void) {
        let time = measure(repeats: repeats, work)
        print("\(name)\t\(time.best)\t\(time.median)")
    }
}

/// Random windows.
private struct Windows {
    let size: Int
    let values: AlignedBuffer<Float>

    init(count: Int, size: Int) {
        self.size = size
        values = AlignedBuffer(count * size)
        var random = CounterRandom(seed: 3)
        for i in 0..<count * size { values.pointer[i] = random.uniform() }
    }

    func copy(_ index: Int, to pass: AutoencoderPass<Float>, _ row: Int) {
        pass.setWindow(row, values.pointer + index * size)
    }
}
