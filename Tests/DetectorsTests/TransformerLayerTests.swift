import Detectors
import Foundation
import Testing
import VectorMath

/// By hand: sizes where every number can be followed.
@Suite struct TransformerHandTests {
    @Test func layerNormOfTwo() {
        var layout = NetworkLayout()
        let layer = LayerNorm<Double>(name: "norm", width: 2, layout: &layout)
        #expect(layout.parameters.entries.map(\.name) == ["norm.weight", "norm.bias"])
        let packed = AlignedBuffer<Double>(layout.packedCount)
        layer.pack([2, 3, 10, 20], into: packed.pointer)
        let y = AlignedBuffer<Double>(2)
        // Mean 5, variance 16.
        layer.forward(rows: 1, [1, 9], packed: packed.pointer, state: nil, into: y.pointer)
        let n = 4 / (16 + 1e-5).squareRoot()
        #expect(abs(y.pointer[0] - (10 - 2 * n)) < 1e-12)
        #expect(abs(y.pointer[1] - (20 + 3 * n)) < 1e-12)
        withExtendedLifetime(packed) {}
    }

    @Test func attentionOfOneToken() {
        // A token that attends to nothing but itself is its own value.
        var layout = NetworkLayout()
        let layer = SelfAttention<Double>(name: "a", tokens: 1, width: 1, heads: 1, layout: &layout)
        #expect(
            layout.parameters.entries.map(\.name)
                == ["a.in_proj_weight", "a.in_proj_bias", "a.out_proj.weight", "a.out_proj.bias"])
        let packed = AlignedBuffer<Double>(layout.packedCount)
        layer.pack([7, 8, 2, 0, 0, 1, 3, -1], into: packed.pointer)
        let y = AlignedBuffer<Double>(1)
        layer.forward(
            sequences: 1, [5], packed: packed.pointer, state: SelfAttention.State(layer, sequences: 1),
            into: y.pointer)
        // 3 · (2 · 5 + 1) − 1
        #expect(y.values == [32 as Double])
        withExtendedLifetime(packed) {}
    }

    @Test func attentionOfTwoTokens() {
        // q = x, k = x, v = x of width 1: scores 0, 0 and 0, ln 3 for x = 0 and √ln 3.
        var layout = NetworkLayout()
        let layer = SelfAttention<Double>(name: "a", tokens: 2, width: 1, heads: 1, layout: &layout)
        let packed = AlignedBuffer<Double>(layout.packedCount)
        layer.pack([1, 1, 1, 0, 0, 0, 1, 0], into: packed.pointer)
        let y = AlignedBuffer<Double>(2)
        let root = Foundation.log(3.0).squareRoot()
        layer.forward(
            sequences: 1, [0, root], packed: packed.pointer, state: SelfAttention.State(layer, sequences: 1),
            into: y.pointer)
        #expect(abs(y.pointer[0] - root / 2) < 1e-15)
        #expect(abs(y.pointer[1] - root * 3 / 4) < 1e-15)
        withExtendedLifetime(packed) {}
    }

    @Test func patchesOverlapAndStayWithinTheSeries() {
        var layout = NetworkLayout()
        let layer = PatchEmbedding<Double>(steps: 20, patch: 8, step: 4, width: 1, layout: &layout)
        #expect(layer.tokens == 4)
        #expect(layout.parameters["position_embedding"]?.shape == [4, 1])
        let series = (0..<20).map { Double($0) }
        var patches = [Double](repeating: 0, count: 32)
        layer.cut(sequences: 1, series, into: &patches, affine: nil)
        let expectedSteps = [0, 4, 8, 12].flatMap { first in (first..<first + 8).map { Double($0) } }
        #expect(patches == expectedSteps)
        let packed = AlignedBuffer<Double>(layout.packedCount)
        // W sums the patch, b is 1, the positions are 10, 20, 30, 40.
        layer.pack([Double](repeating: 1, count: 8) + [1, 10, 20, 30, 40], into: packed.pointer)
        let tokens = AlignedBuffer<Double>(4)
        layer.forward(sequences: 1, patches, packed: packed.pointer, into: tokens.pointer)
        let expected: [Double] = [39, 81, 123, 165]
        #expect(tokens.values == expected)
        withExtendedLifetime(packed) {}
    }

    @Test func instanceNormIsReversed() {
        var layout = NetworkLayout()
        let layer = InstanceNorm<Double>(name: "revin", channels: 2, isAffine: true, layout: &layout)
        #expect(layout.parameters.entries.map(\.name) == ["revin.affine_weight", "revin.affine_bias"])
        let packed = AlignedBuffer<Double>(layout.packedCount)
        layer.pack([2, 4, 0.5, -1], into: packed.pointer)
        var series = [1.0, 9, -3, -3]
        var (means, deviations) = ([0.0, 0], [0.0, 0])
        layer.normalise(sequences: 2, steps: 2, &series, means: &means, deviations: &deviations)
        #expect(means == [5, -3])
        #expect(abs(series[0] + 4 / (16 + 1e-5).squareRoot()) < 1e-15 && series[2] == 0)
        var values = (0..<4).map { index in
            let (gain, shift) = layer.affine(index / 2, packed: packed.pointer)
            return series[index] * gain + shift
        }
        layer.reverse(
            sequences: 2, horizon: 2, stride: 2, &values, packed: packed.pointer, means: means,
            deviations: deviations)
        for (value, expected) in zip(values, [1.0, 9, -3, -3]) { #expect(abs(value - expected) < 1e-9) }
        withExtendedLifetime(packed) {}
    }
}

/// The gradient of the whole network against directional finite differences, in Double, over random shapes.
@Suite struct PatchTSTGradientTests {
    @Test(arguments: 0..<9)
    func directionalDerivative(seed: UInt64) {
        var random = CounterRandom(seed: seed, stream: 78)
        func size(_ largest: Int) -> Int { 1 + Int(random.next() % UInt64(largest)) }
        let patch = size(5)
        let heads = size(3)
        let shape = PatchTST<Double>.Shape(
            steps: patch + size(6), horizon: size(4), channels: size(3), patch: patch, patchStep: size(3),
            // A norm over one or two numbers is next to a jump.
            width: heads * (3 + size(3)), heads: heads, layers: size(3), hidden: size(7),
            instanceNorm: InstanceNormalisation.allCases[Int(seed % 3)])
        let network = PatchTST<Double>(shape, seed: seed)
        // Gains and shifts at their first values would hide mistakes.
        for i in 0..<network.parameters.count { network.parameters.pointer[i] += 0.1 * random.normal() }
        let count = 1 + 16 * Int(seed % 2) + size(5)
        let windowSize = network.windowLength * shape.channels
        let values = (0..<count * windowSize).map { _ in random.normal() }
        let trainer = PatchTSTTrainer(
            network, adam: .init(), dropout: seed % 2 == 0 ? 0 : 0.3, seed: seed, pool: WorkerPool())
        func loss() -> Double {
            network.pack()
            return trainer.computeGradient(count: count) { index, pass, row in
                values.withUnsafeBufferPointer { values in
                    if let base = values.baseAddress { pass.setWindow(row, base + index * windowSize) }
                }
            }
        }
        _ = loss()
        let start = network.parameters.values
        let gradient = trainer.gradient.values
        for _ in 0..<3 {
            let direction = start.map { _ in random.normal() }
            let expected = zip(gradient, direction).map { $0 * $1 }.reduce(0, +)
            func moved(_ step: Double) -> Double {
                for i in start.indices { network.parameters.pointer[i] = start[i] + step * direction[i] }
                return loss()
            }
            // The fourth-order central difference.
            let h = 3e-5
            let slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
            #expect(abs(slope - expected) <= 1e-6 * max(1, abs(expected)), "\(shape)")
        }
    }
}

/// Scores and training depend on neither threads nor batches, to the bit.
@Suite struct PatchTSTInvarianceTests {
    @Test(arguments: [(64, 4, 14), (20, 2, 5)])
    func scoresAreTheSameInAnyBatch(width: Int, heads: Int, channels: Int) {
        let network = PatchTST<Float>(
            .init(
                steps: 20, horizon: 10, channels: channels, patch: 8, patchStep: 4, width: width, heads: heads,
                layers: 2, hidden: 24), seed: 4)
        let batch = randomWindows(70, length: 30, features: channels, seed: 8)
        let together = PatchTSTScorer(network).errors(of: batch, pool: WorkerPool(threads: 2))
        for size in [1, 3, 64] {
            let scorer = PatchTSTScorer(network)
            var pieces: [Float] = []
            for first in stride(from: 0, to: batch.count, by: size) {
                var piece = batch
                piece.starts = Array(batch.starts[first..<min(first + size, batch.count)])
                pieces += scorer.errors(of: piece, pool: WorkerPool())
            }
            let same = pieces == together
            #expect(same)
        }
    }

    @Test func trainingIsTheSameOnAnyNumberOfThreads() {
        let shape = PatchTST<Float>.Shape(
            steps: 20, horizon: 10, channels: 3, patch: 8, patchStep: 4, width: 32, heads: 2, layers: 2, hidden: 24)
        let batch = randomWindows(100, length: 30, features: 3, seed: 9)
        let trained = [1, 2, 3].map { threads in
            let network = PatchTST<Float>(shape, seed: 4)
            let trainer = PatchTSTTrainer(
                network, adam: .init(weightDecay: 1e-4), dropout: 0.2, seed: 6, pool: WorkerPool(threads: threads))
            for _ in 0..<3 { _ = trainer.step(batch, batch.starts[...], rate: 1e-3) }
            return network.parameters.values
        }
        let same = trained[0] == trained[1] && trained[0] == trained[2]
        #expect(same)
        let hasLearned = trained[0] != PatchTST<Float>(shape, seed: 4).parameters.values
        #expect(hasLearned)
    }
}
