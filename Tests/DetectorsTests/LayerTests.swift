import Detectors
import Foundation
import Testing
import VectorMath

/// By hand: sizes of one, where every number can be followed.
@Suite struct LayerHandTests {
    @Test func linear() {
        var layout = NetworkLayout()
        let layer = Linear<Double>(name: "fc", inputs: 2, outputs: 1, layout: &layout)
        #expect(layout.parameters.entries.map(\.name) == ["fc.weight", "fc.bias"])
        let packed = AlignedBuffer<Double>(layout.packedCount)
        layer.pack([2, 3, 5], into: packed.pointer)
        let y = AlignedBuffer<Double>(2)
        layer.forward(rows: 2, [1, 1, 2, -1], stride: 2, packed: packed.pointer, into: y.pointer)
        #expect(y.values == [10, 6])
        let gradient = AlignedBuffer<Double>(layout.gradientCount)
        let dx = AlignedBuffer<Double>(4)
        layer.backward(
            rows: 2, [1, 1, 2, -1], stride: 2, dy: [1, 10], packed: packed.pointer, dx: dx.pointer,
            gradient: gradient.pointer)
        #expect(dx.values == [2, 3, 20, 30])
        var flat = [100.0, 200, 300]
        layer.collect(gradient.pointer, into: &flat)
        #expect(flat == [121, 191, 311])
        withExtendedLifetime((packed, gradient, dx, y)) {}
    }

    @Test func lstmOfOneUnit() {
        var layout = NetworkLayout()
        let layer = LSTM<Double>(name: "lstm", index: 0, inputs: 1, units: 1, layout: &layout)
        #expect(
            layout.parameters.entries.map(\.name)
                == ["lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0"])
        let packed = AlignedBuffer<Double>(layout.packedCount)
        // W_ih, W_hh, b_ih, b_hh, each i, f, g, o.
        layer.pack([0.5, -1, 2, 1, 0.1, 0.2, 0.3, 0.4, 0, 1, 0, 0, 0.25, 0, 0, -1], into: packed.pointer)
        let state = LSTMState(layer, rows: 1, steps: 2, trains: true)
        layer.forward(rows: 1, steps: 2, [1, -2], stride: 1, packed: packed.pointer, state: state)
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        let c1 = sigmoid(0.75) * tanh(2)
        let h1 = sigmoid(0) * tanh(c1)
        let c2 = sigmoid(3 + 0.2 * h1) * c1 + sigmoid(-0.75 + 0.1 * h1) * tanh(-4 + 0.3 * h1)
        let h2 = sigmoid(-3 + 0.4 * h1) * tanh(c2)
        #expect(state.hidden.values[0] == 0)
        #expect(abs(state.hidden.values[1] - h1) < 1e-15)
        #expect(abs(state.hidden.values[2] - h2) < 1e-15)
        withExtendedLifetime(packed) {}
    }

    @Test func adamsFirstStepIsTheRate() {
        // At the first step the means are the gradient and its square, so the step is rate · sign.
        let adam = Adam<Double>(count: 2, settings: .init(epsilon: 0))
        var parameters = [1.0, -1.0]
        adam.step(&parameters, gradient: [0.5, -3], rate: 0.01)
        #expect(abs(parameters[0] - 0.99) < 1e-12)
        #expect(abs(parameters[1] + 0.99) < 1e-12)
    }

    @Test func meanSquaredError() {
        let loss = MeanSquaredError<Double>(count: 4)
        var y = [1.0, 2, 3, 4]
        let x = [0.0, 2, 5, 1]
        var errors = [Double](repeating: 9, count: 2)
        loss.forward(steps: 2, rows: 1, width: 2, y, target: x, errors: &errors)
        #expect(errors == [5, 9])
        loss.backward(&y, target: x, elements: 4)
        #expect(y == [0.5, 0, -1, 1.5])
    }
}

/// The gradient of the whole network against directional finite differences, in Double, over random shapes.
@Suite struct GradientTests {
    @Test(arguments: 0..<8)
    func directionalDerivative(seed: UInt64) {
        var random = CounterRandom(seed: seed, stream: 77)
        func size(_ largest: Int) -> Int { 1 + Int(random.next() % UInt64(largest)) }
        let shape = LSTMAutoencoder<Double>.Shape(
            steps: size(6), features: size(5), units: size(9), bottleneck: size(5), layers: size(3))
        let network = LSTMAutoencoder<Double>(shape, seed: seed)
        let count = 1 + 32 * Int(seed % 2) + size(5)
        let values = (0..<count * shape.steps * shape.features).map { _ in random.normal() }
        let trainer = AutoencoderTrainer(
            network, adam: .init(), dropout: seed < 4 ? 0 : 0.3, seed: seed, pool: WorkerPool())
        func loss() -> Double {
            network.pack()
            return trainer.computeGradient(count: count) { index, pass, row in
                values.withUnsafeBufferPointer { values in
                    guard let base = values.baseAddress else { return }
                    pass.setWindow(row, base + index * shape.steps * shape.features)
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
            let h = 1e-3
            let slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
            #expect(abs(slope - expected) <= 1e-7 * max(1, abs(expected)), "\(shape)")
        }
    }
}
