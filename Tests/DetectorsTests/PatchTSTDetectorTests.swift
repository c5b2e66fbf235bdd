import Detectors
import SensorData
import Testing
import VectorMath

@Suite struct PatchTSTDetectorTests {
    private let pool = WorkerPool()

    private func detector() -> PatchTSTDetector {
        let shape = PatchTST<Float>.Shape(
            steps: 8, horizon: 3, channels: 3, patch: 4, patchStep: 2, width: 8, heads: 2, layers: 2, hidden: 12,
            instanceNorm: .affine)
        return PatchTSTDetector(PatchTST(shape, seed: 3), columns: ["sensor_1", "sensor_2", "sensor_3"])
    }

    @Test func errorsAndSharesAreThoseOfTheForecast() throws {
        let detector = detector()
        let windows = randomWindows(5, length: 11, features: 3, seed: 2)
        let (errors, shares) = try detector.judge(windows, pool: pool)
        let pass = PatchTSTPass(detector.network, capacity: 1, trains: false)
        for window in 0..<windows.count {
            pass.begin(rows: 1)
            windows.withWindow(window) { values in
                if let base = values.baseAddress { pass.setWindow(0, base) }
            }
            pass.forward()
            var squares = [0.0, 0, 0]
            windows.withWindow(window) { values in
                for index in 0..<9 {
                    let (step, channel) = (index / 3, index % 3)
                    let difference = pass.forecast.pointer[channel * pass.horizonStride + step] - values[24 + index]
                    squares[channel] += Double(difference) * Double(difference)
                }
            }
            let sum = squares.reduce(0, +)
            #expect(abs(errors[window] - sum / 9) < 1e-5)
            for channel in 0..<3 { #expect(abs(shares[window * 3 + channel] - squares[channel] / sum) < 1e-5) }
        }
    }

    @Test func tensorsAreNamedAsInPyTorchAndReadBack() throws {
        let detector = detector()
        #expect(detector.tensors["encoder.layers.1.self_attn.in_proj_weight"]?.shape == [24, 8])
        #expect(detector.tensors["position_embedding"]?.shape == [3, 8])
        #expect(detector.tensors["head.weight"]?.shape == [3, 24])
        #expect(detector.tensors["revin.affine_weight"]?.shape == [3])
        #expect(detector.tensors.count == 2 + 3 + 2 * 12 + 2 + 2)
        let windows = randomWindows(5, length: 11, features: 3, seed: 2)
        let again = try read(detector, detector.tensors)
        #expect(try again.errors(of: windows, pool: pool) == detector.errors(of: windows, pool: pool))
        #expect(again.architecture == detector.architecture)
        var damaged = detector.tensors
        damaged["head.weight"] = Tensor([Float](repeating: 0, count: 72), shape: [24, 3])
        #expect(throws: BundleError.self) { try read(detector, damaged) }
        damaged = detector.tensors
        damaged["encoder.norm.bias"] = Tensor([0, .nan, 0, 0, 0, 0, 0, 0] as [Float])
        #expect(throws: BundleError.self) { try read(detector, damaged) }
        damaged["encoder.norm.bias"] = nil
        #expect(throws: BundleError.self) { try read(detector, damaged) }
    }

    private func read(_ detector: PatchTSTDetector, _ tensors: [String: Tensor]) throws -> any Detector {
        try detector.architecture.detector(
            tensors: SafeTensors.decode(SafeTensors.encode(tensors)), columns: detector.columns, length: 11)
    }

    @Test func impossibleShapesAreRefused() throws {
        let sound = PatchTSTArchitecture(
            horizon: 3, patch: 4, patchStep: 2, width: 8, heads: 2, layers: 2, hidden: 12, instanceNorm: .none)
        #expect(try sound.shape(length: 11, columns: 3).steps == 8)
        let faults: [(inout PatchTSTArchitecture) -> Void] = [
            { $0.heads = 3 }, { $0.patch = 9 }, { $0.horizon = 11 }, { $0.layers = 0 }, { $0.width = -8 },
            { $0.hidden = 1 << 20 }, { $0.patchStep = 0 },
        ]
        for fault in faults {
            var architecture = sound
            fault(&architecture)
            #expect(throws: BundleError.self) { try architecture.shape(length: 11, columns: 3) }
        }
    }
}
