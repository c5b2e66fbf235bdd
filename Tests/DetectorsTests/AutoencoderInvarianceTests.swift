import Detectors
import SensorData
import Testing
import VectorMath

/// Overlapping windows of random rows.
func randomWindows(_ count: Int, length: Int, features: Int, seed: UInt64) -> WindowBatch {
    var random = CounterRandom(seed: seed)
    var batch = WindowBatch(columns: (1...features).map { "sensor_\($0)" }, length: length, keys: [])
    batch.rows = (0..<(count + length - 1) * features).map { _ in Float(random.normal()) }
    batch.starts = Array(0..<count)
    batch.unitIDs = [Int64](repeating: 1, count: count)
    return batch
}

/// Scores and training depend on neither threads nor batches, to the bit.
@Suite struct AutoencoderInvarianceTests {
    private let shape = LSTMAutoencoder<Float>.Shape(steps: 12, features: 5, units: 20, bottleneck: 6, layers: 2)

    @Test func scoresAreTheSameInAnyBatch() {
        let network = LSTMAutoencoder<Float>(shape, seed: 4)
        let batch = randomWindows(150, length: 12, features: 5, seed: 8)
        let together = AutoencoderScorer(network).errors(of: batch, pool: WorkerPool(threads: 2))
        for size in [1, 3, 64, 100] {
            let scorer = AutoencoderScorer(network)
            var pieces: [Float] = []
            var first = 0
            while first < batch.count {
                var piece = batch
                piece.starts = Array(batch.starts[first..<min(first + size, batch.count)])
                pieces += scorer.errors(of: piece, pool: WorkerPool())
                first += size
            }
            let same = pieces == together
            #expect(same)
        }
    }

    @Test func trainingIsTheSameOnAnyNumberOfThreads() {
        let batch = randomWindows(100, length: 12, features: 5, seed: 9)
        let trained = [1, 2, 3].map { threads in
            let network = LSTMAutoencoder<Float>(shape, seed: 4)
            let trainer = AutoencoderTrainer(
                network, adam: .init(weightDecay: 1e-4), dropout: 0.2, seed: 6, pool: WorkerPool(threads: threads))
            for _ in 0..<3 { _ = trainer.step(batch, Array(batch.starts)[...], rate: 1e-3) }
            return network.parameters.values
        }
        let same = trained[0] == trained[1] && trained[0] == trained[2]
        #expect(same)
        let hasLearned = trained[0] != LSTMAutoencoder<Float>(shape, seed: 4).parameters.values
        #expect(hasLearned)
    }
}
