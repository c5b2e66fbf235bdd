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

@Suite struct ResidualForestDetectorTests {
    private let pool = WorkerPool(threads: 2)
    private let windows = randomWindows(120, length: 11, features: 3, seed: 2)

    private func detector() throws -> ResidualForestDetector {
        let shape = PatchTST<Float>.Shape(
            steps: 8, horizon: 3, channels: 3, patch: 4, patchStep: 2, width: 8, heads: 2, layers: 1, hidden: 12)
        let network = PatchTSTDetector(PatchTST(shape, seed: 3), columns: ["sensor_1", "sensor_2", "sensor_3"])
        return try ResidualForestDetector(
            network, rows: 2, fitting: windows, configuration: .init(trees: 30, samples: nil, seed: 1), pool: pool)
    }

    @Test func theColumnThatLeavesItsForecastIsNamed() throws {
        var odd = single(50, of: windows)
        for row in 9..<11 { odd.rows[row * 3 + 1] += 8 }
        let detector = try detector()
        let (scores, shares) = try detector.judge(odd, pool: pool)
        let ordinary = try detector.errors(of: windows, pool: pool)
        #expect(scores[0] > ordinary.sorted()[60])
        #expect(shares[1] > shares[0] && shares[1] > shares[2] && abs(shares.reduce(0, +) - 1) < 1e-9)
        // A change before the rows that are averaged, but within the horizon, is not seen.
        var early = single(50, of: windows)
        early.rows[8 * 3 + 1] += 8
        #expect(try detector.errors(of: early, pool: pool)[0] == ordinary[50])
    }

    @Test func itIsReadBackAndDependsOnNoBatch() throws {
        let detector = try detector()
        let tensors = detector.tensors
        func read(_ tensors: [String: Tensor]) throws -> any Detector {
            try detector.architecture.detector(tensors: tensors, columns: detector.columns, length: 11)
        }
        let together = try detector.errors(of: windows, pool: pool)
        let again = try read(SafeTensors.decode(SafeTensors.encode(tensors)))
        #expect(try again.errors(of: windows, pool: pool) == together)
        #expect(try detector.errors(of: single(7, of: windows), pool: pool) == [together[7]])
        var damaged = tensors
        damaged["forest.threshold"] = nil
        #expect(throws: BundleError.self) { try read(damaged) }
        damaged = tensors
        damaged["head.bias"] = nil
        #expect(throws: BundleError.self) { try read(damaged) }
    }
}

@Suite struct HealthyWindowTests {
    @Test func windowsAreChosenByWhatIsKnownOfTheirEnd() throws {
        var windows = randomWindows(4, length: 3, features: 1, seed: 1)
        windows.rul = [200, 90, RowBatch.unknown, RowBatch.unknown]
        windows.isAnomaly = [0, 0, 1, RowBatch.unknownLabel]
        windows.cycles = [5, 80, 90, RowBatch.unknown]
        #expect(try HealthyRule.remaining(atLeast: 125).selecting(windows).starts == [0, 3])
        let young = try HealthyRule.cycles(upTo: 80).selecting(windows)
        #expect(
            young.starts == [0, 1] && young.rul == [200, 90] && young.cycles == [5, 80] && young.unitIDs == [1, 1])
        #expect(try HealthyRule.all.selecting(windows).count == 4)
        windows.cycles = []
        #expect(throws: TrainingError.self) { try HealthyRule.cycles(upTo: 80).selecting(windows) }
    }
}
