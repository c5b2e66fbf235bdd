import Detectors
import Foundation
import Testing
import VectorMath

/// What PyTorch computed; see `Tests/Goldens/lstmae/generate.py`.
struct AutoencoderGolden: Decodable {
    var steps: Int
    var features: Int
    var units: Int
    var bottleneck: Int
    var layers: Int
    var windows: Int
    var every: Int
    var reconstruction: [Double]
    var loss: Double
    var gradients: [String: [Double]]
    var losses: [Double]
    var trained: [String: [Double]]

    static func read(_ name: String) throws -> AutoencoderGolden {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/lstmae/\(name).json")
        return try JSONDecoder().decode(AutoencoderGolden.self, from: Data(contentsOf: file))
    }

    static func formula(_ index: Int) -> Double {
        Double((index &* 2_654_435_761) % (1 << 32)) / 2_147_483_648 - 1
    }

    func network<Scalar: NetworkScalar>(_: Scalar.Type) -> LSTMAutoencoder<Scalar> {
        let network = LSTMAutoencoder<Scalar>(
            .init(steps: steps, features: features, units: units, bottleneck: bottleneck, layers: layers))
        for i in 0..<network.parameters.count {
            network.parameters.pointer[i] = Scalar(Float(0.3 * AutoencoderGolden.formula(i)))
        }
        network.pack()
        return network
    }

    func windowValues<Scalar: NetworkScalar>(_: Scalar.Type) -> [Scalar] {
        (0..<windows * steps * features).map { Scalar(Float(AutoencoderGolden.formula(12345 + $0))) }
    }
}

/// The largest difference relative to the largest expected magnitude.
func relativeError<Scalar: NetworkScalar>(_ values: [Scalar], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    return zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / max(scale, 1e-30)
}

@Suite struct AutoencoderGoldenTests {
    @Test(arguments: ["small", "single", "real"])
    func floatEqualsPyTorch(name: String) throws {
        try compare(name, Float.self, tolerance: 1e-5)
    }

    @Test(arguments: ["small", "single"])
    func doubleEqualsPyTorch(name: String) throws {
        try compare(name, Double.self, tolerance: 1e-11)
    }

    private func compare<Scalar: NetworkScalar>(_ name: String, _: Scalar.Type, tolerance: Double) throws {
        let golden = try AutoencoderGolden.read(name)
        let network = golden.network(Scalar.self)
        let windows = golden.windowValues(Scalar.self)
        let size = golden.steps * golden.features
        func sampled(_ range: Range<Int>, of buffer: AlignedBuffer<Scalar>) -> [Scalar] {
            stride(from: range.lowerBound, to: range.upperBound, by: golden.every).map { buffer.pointer[$0] }
        }

        let pass = AutoencoderPass(network, capacity: golden.windows, trains: false)
        pass.begin(rows: golden.windows)
        windows.withUnsafeBufferPointer { windows in
            guard let base = windows.baseAddress else { return }
            for row in 0..<golden.windows { pass.setWindow(row, base + row * size) }
        }
        pass.forward()
        var reconstruction: [Scalar] = []
        for element in stride(from: 0, to: golden.windows * size, by: golden.every) {
            let (row, step, feature) = (element / size, element % size / golden.features, element % golden.features)
            reconstruction.append(
                pass.reconstruction.pointer[(step * golden.windows + row) * pass.featureStride + feature])
        }
        #expect(relativeError(reconstruction, golden.reconstruction) <= tolerance)

        let trainer = AutoencoderTrainer(
            network, adam: .init(weightDecay: 1e-4), dropout: 0, seed: 0, pool: WorkerPool())
        let fill: (Int, AutoencoderPass<Scalar>, Int) -> Void = { index, pass, row in
            windows.withUnsafeBufferPointer { windows in
                if let base = windows.baseAddress { pass.setWindow(row, base + index * size) }
            }
        }
        let loss = trainer.computeGradient(count: golden.windows, fill: fill)
        #expect(abs(loss / golden.loss - 1) <= tolerance)
        #expect(Set(network.layout.parameters.entries.map(\.name)) == Set(golden.gradients.keys))
        for entry in network.layout.parameters.entries {
            let error = relativeError(
                sampled(entry.range, of: trainer.gradient), golden.gradients[entry.name] ?? [])
            #expect(error <= tolerance, "gradient of \(entry.name)")
        }
        for expected in golden.losses {
            let loss = trainer.step(count: golden.windows, rate: 1e-3, fill: fill)
            #expect(abs(loss / expected - 1) <= tolerance)
        }
        for entry in network.layout.parameters.entries {
            let error = relativeError(
                sampled(entry.range, of: network.parameters), golden.trained[entry.name] ?? [])
            #expect(error <= tolerance, "\(entry.name) after ten steps")
        }
    }
}
