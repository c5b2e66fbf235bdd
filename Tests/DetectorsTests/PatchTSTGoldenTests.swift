import Detectors
import Foundation
import Testing
import VectorMath

/// What PyTorch computed; see `Tests/Goldens/patchtst/generate.py`.
struct PatchTSTGolden: Decodable {
    struct Shape: Decodable {
        var steps, horizon, channels, patch, patch_step, width, heads, layers, hidden: Int
        var instance_norm: InstanceNormalisation
    }

    var shape: Shape
    var windows: Int
    var every: Int
    var names: [String]
    var forecast: [Double]
    var loss: Double
    var gradients: [String: [Double]]
    var losses: [Double]
    var trained: [String: [Double]]

    static func read<Golden: Decodable>(_ name: String, as: Golden.Type = PatchTSTGolden.self) throws -> Golden {
        let path = "\(repository)/Tests/Goldens/patchtst/\(name).json"
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// Element `index` of the numbers that fill parameters and inputs, rounded to Float.
    static func value<Scalar: NetworkScalar>(
        _ index: Int, scale: Double = 1, shift: Double = 0, as: Scalar.Type = Scalar.self
    ) -> Scalar {
        Scalar(Float(scale * AutoencoderGolden.formula(index) + shift))
    }

    /// Fills `parameters` as the generator does, tensor by tensor in PyTorch's order.
    static func fill<Scalar: NetworkScalar>(
        _ parameters: UnsafeMutablePointer<Scalar>, _ table: ParameterTable, order names: [String]
    ) {
        var start = 0
        for entry in names.compactMap({ table[$0] }) {
            let isGain =
                entry.name.contains("norm") && entry.name.hasSuffix("weight") || entry.name.hasSuffix("affine_weight")
            for (offset, index) in entry.range.enumerated() {
                parameters[index] = value(start + offset, scale: 0.3, shift: isGain ? 1 : 0)
            }
            start += entry.range.count
        }
    }

    func network<Scalar: NetworkScalar>(_: Scalar.Type) -> PatchTST<Scalar> {
        let network = PatchTST<Scalar>(
            .init(
                steps: shape.steps, horizon: shape.horizon, channels: shape.channels, patch: shape.patch,
                patchStep: shape.patch_step, width: shape.width, heads: shape.heads, layers: shape.layers,
                hidden: shape.hidden, instanceNorm: shape.instance_norm))
        PatchTSTGolden.fill(network.parameters.pointer, network.layout.parameters, order: names)
        network.pack()
        return network
    }
}

@Suite struct PatchTSTGoldenTests {
    @Test(arguments: ["small", "odd", "plain", "affine", "real"])
    func floatEqualsPyTorch(name: String) throws {
        try compare(name, Float.self, tolerance: 1e-5)
    }

    @Test(arguments: ["small", "odd", "plain", "affine"])
    func doubleEqualsPyTorch(name: String) throws {
        try compare(name, Double.self, tolerance: 1e-10)
    }

    private func compare<Scalar: NetworkScalar>(_ name: String, _: Scalar.Type, tolerance: Double) throws {
        let golden = try PatchTSTGolden.read(name)
        let network = golden.network(Scalar.self)
        let shape = network.shape
        let size = network.windowLength * shape.channels
        let windows: [Scalar] = (0..<golden.windows * size).map { PatchTSTGolden.value(12345 + $0) }
        let fill: (Int, PatchTSTPass<Scalar>, Int) -> Void = { index, pass, row in
            windows.withUnsafeBufferPointer { windows in
                if let base = windows.baseAddress { pass.setWindow(row, base + index * size) }
            }
        }
        func sampled(_ range: Range<Int>, of buffer: AlignedBuffer<Scalar>) -> [Scalar] {
            stride(from: range.lowerBound, to: range.upperBound, by: golden.every).map { buffer.pointer[$0] }
        }

        let pass = PatchTSTPass(network, capacity: golden.windows, trains: false)
        pass.begin(rows: golden.windows)
        for row in 0..<golden.windows { fill(row, pass, row) }
        pass.forward()
        let horizon = shape.horizon * shape.channels
        let forecast = stride(from: 0, to: golden.windows * horizon, by: golden.every).map { element in
            let (window, step) = (element / horizon, element % horizon / shape.channels)
            let channel = window * shape.channels + element % shape.channels
            return pass.forecast.pointer[channel * pass.horizonStride + step]
        }
        #expect(relativeError(forecast, golden.forecast) <= tolerance)

        let trainer = PatchTSTTrainer(
            network, adam: .init(weightDecay: 1e-4), dropout: 0, seed: 0, pool: WorkerPool())
        let loss = trainer.computeGradient(count: golden.windows, fill: fill)
        #expect(abs(loss / golden.loss - 1) <= tolerance)
        let entries = network.layout.parameters.entries
        #expect(Set(entries.map(\.name)) == Set(golden.names))
        for entry in entries {
            let error = relativeError(sampled(entry.range, of: trainer.gradient), golden.gradients[entry.name] ?? [])
            #expect(error <= tolerance, "gradient of \(entry.name)")
        }
        for expected in golden.losses {
            let loss = trainer.step(count: golden.windows, rate: 5e-4, fill: fill)
            #expect(abs(loss / expected - 1) <= tolerance)
        }
        for entry in entries {
            let error = relativeError(sampled(entry.range, of: network.parameters), golden.trained[entry.name] ?? [])
            #expect(error <= tolerance, "\(entry.name) after ten steps")
        }
    }
}

/// Attention, LayerNorm and GELU each alone against PyTorch.
@Suite struct TransformerPartGoldenTests {
    struct Parts: Decodable {
        struct Attention: Decodable {
            var sequences, tokens, width, heads: Int
            var output: [Double]
            var input_gradient: [Double]
            var gradients: [String: [Double]]
        }
        struct Norm: Decodable {
            var rows, width: Int
            var output: [Double]
            var input_gradient: [Double]
            var gradients: [String: [Double]]
        }
        struct Map: Decodable {
            var input: [Double]
            var output: [Double]
        }
        var attention: [Attention]
        var norm: [Norm]
        var gelu: Map
    }

    @Test func attention() throws {
        for golden in try PatchTSTGolden.read("parts", as: Parts.self).attention {
            compare(golden, Float.self, 1e-5)
            compare(golden, Double.self, 1e-12)
        }
    }

    @Test func layerNorm() throws {
        for golden in try PatchTSTGolden.read("parts", as: Parts.self).norm {
            compare(golden, Float.self, 1e-5)
            compare(golden, Double.self, 1e-12)
        }
    }

    @Test func gelu() throws {
        let golden = try PatchTSTGolden.read("parts", as: Parts.self).gelu
        var values = golden.input.map { Float($0) }
        values.withUnsafeMutableBufferPointer { VectorMath.gelu($0) }
        for (value, expected) in zip(values, golden.output) {
            // PyTorch's 1 + erf(x / √2) is off by as much where it comes near 0.
            #expect(abs(Double(value) - expected) <= 6e-7 * abs(expected) + 1e-14)
        }
    }

    /// Rows of random numbers, padded with zeros.
    private func rows<Scalar: NetworkScalar>(
        _ count: Int, _ width: Int, _ stride: Int, salt: Int
    ) -> AlignedBuffer<Scalar> {
        let buffer = AlignedBuffer<Scalar>(count * stride)
        for row in 0..<count {
            for column in 0..<width {
                buffer.pointer[row * stride + column] = PatchTSTGolden.value(salt + row * width + column)
            }
        }
        return buffer
    }

    private func unpadded<Scalar: NetworkScalar>(
        _ buffer: AlignedBuffer<Scalar>, _ width: Int, _ stride: Int
    ) -> [Scalar] {
        (0..<buffer.count / stride * width).map { buffer.pointer[$0 / width * stride + $0 % width] }
    }

    private func compare<Scalar: NetworkScalar>(_ golden: Parts.Attention, _: Scalar.Type, _ tolerance: Double) {
        var layout = NetworkLayout()
        let layer = SelfAttention<Scalar>(
            name: "attention", tokens: golden.tokens, width: golden.width, heads: golden.heads, layout: &layout)
        let (parameters, packed): Filled<Scalar> = filled(
            layout,
            order: ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"].map { "attention.\($0)" })
        layer.pack(parameters.pointer, into: packed.pointer)
        let (width, stride) = (golden.width, layer.stride)
        let rows = golden.sequences * golden.tokens
        let x: AlignedBuffer<Scalar> = self.rows(rows, width, stride, salt: 1)
        let dy: AlignedBuffer<Scalar> = self.rows(rows, width, stride, salt: 5000)
        let (y, dx) = (AlignedBuffer<Scalar>(rows * stride), AlignedBuffer<Scalar>(rows * stride))
        let gradient = AlignedBuffer<Scalar>(layout.gradientCount)
        let state = SelfAttention.State(layer, sequences: golden.sequences)
        layer.forward(sequences: golden.sequences, x.pointer, packed: packed.pointer, state: state, into: y.pointer)
        layer.backward(
            sequences: golden.sequences, x.pointer, dy: dy.pointer, packed: packed.pointer, state: state,
            work: SelfAttention.Work(layer, sequences: golden.sequences), dx: dx.pointer, gradient: gradient.pointer)
        #expect(relativeError(unpadded(y, width, stride), golden.output) <= tolerance)
        #expect(relativeError(unpadded(dx, width, stride), golden.input_gradient) <= tolerance)
        expectGradients(layout, golden.gradients, tolerance) { layer.collect(gradient.pointer, into: $0) }
        withExtendedLifetime((parameters, packed, x, dy, gradient)) {}
    }

    private func compare<Scalar: NetworkScalar>(_ golden: Parts.Norm, _: Scalar.Type, _ tolerance: Double) {
        var layout = NetworkLayout()
        let layer = LayerNorm<Scalar>(name: "norm", width: golden.width, layout: &layout)
        let (parameters, packed): Filled<Scalar> = filled(layout, order: ["norm.weight", "norm.bias"])
        layer.pack(parameters.pointer, into: packed.pointer)
        let (width, stride, count) = (golden.width, layer.stride, golden.rows)
        let x: AlignedBuffer<Scalar> = rows(count, width, stride, salt: 1)
        let dy: AlignedBuffer<Scalar> = rows(count, width, stride, salt: 5000)
        let (y, dx) = (AlignedBuffer<Scalar>(count * stride), AlignedBuffer<Scalar>(count * stride))
        let gradient = AlignedBuffer<Scalar>(layout.gradientCount)
        let state = LayerNorm.State(layer, rows: count)
        layer.forward(rows: count, x.pointer, packed: packed.pointer, state: state, into: y.pointer)
        layer.backward(
            rows: count, dy: dy.pointer, residual: nil, packed: packed.pointer, state: state, dx: dx.pointer,
            gradient: gradient.pointer)
        #expect(relativeError(unpadded(y, width, stride), golden.output) <= tolerance)
        #expect(relativeError(unpadded(dx, width, stride), golden.input_gradient) <= tolerance)
        expectGradients(layout, golden.gradients, tolerance) { layer.collect(gradient.pointer, into: $0) }
        withExtendedLifetime((parameters, packed, x, dy, gradient)) {}
    }

    private typealias Filled<Scalar: NetworkScalar> = (
        parameters: AlignedBuffer<Scalar>, packed: AlignedBuffer<Scalar>
    )

    private func filled<Scalar: NetworkScalar>(
        _ layout: NetworkLayout, order: [String]
    ) -> Filled<Scalar> {
        let parameters = AlignedBuffer<Scalar>(layout.parameters.count)
        PatchTSTGolden.fill(parameters.pointer, layout.parameters, order: order)
        return (parameters, AlignedBuffer(layout.packedCount))
    }

    private func expectGradients<Scalar: NetworkScalar>(
        _ layout: NetworkLayout, _ expected: [String: [Double]], _ tolerance: Double,
        collect: (UnsafeMutablePointer<Scalar>) -> Void
    ) {
        let flat = AlignedBuffer<Scalar>(layout.parameters.count)
        collect(flat.pointer)
        #expect(Set(layout.parameters.entries.map(\.name)) == Set(expected.keys))
        for entry in layout.parameters.entries {
            let error = relativeError(Array(flat.values[entry.range]), expected[entry.name] ?? [])
            #expect(error <= tolerance, "gradient of \(entry.name)")
        }
    }
}
