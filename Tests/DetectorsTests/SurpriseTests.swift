import Detectors
import Foundation
import SensorData
import Testing
import VectorMath

@Suite struct SurpriseTests {
    private let pool = WorkerPool()

    private func detector() throws -> AutoencoderDetector {
        let network = LSTMAutoencoder<Float>(
            .init(steps: 6, features: 2, units: 5, bottleneck: 3, layers: 1), seed: 4)
        return try AutoencoderDetector(network, columns: ["a", "b"]).surprised(
            over: 2, beside: noiseWindows(60, width: 2, length: 6, seed: 1), pool: pool)
    }

    /// Mean residual of the last two rows of each column, then the bottleneck.
    private func evidence(_ detector: AutoencoderDetector, _ windows: WindowBatch) -> [[Double]] {
        let pass = AutoencoderPass(detector.network, capacity: 1, trains: false)
        return (0..<windows.count).map { window in
            pass.begin(rows: 1)
            let values = windows.withWindow(window) { Array($0) }
            values.withUnsafeBufferPointer { if let base = $0.baseAddress { pass.setWindow(0, base) } }
            pass.forward()
            let residuals = (0..<2).map { column in
                (4..<6).reduce(0.0) { sum, step in
                    sum + Double(pass.reconstruction.pointer[step * pass.featureStride + column])
                        - Double(values[step * 2 + column])
                } / 2
            }
            return residuals + (0..<3).map { Double(pass.bottleneck.pointer[$0]) }
        }
    }

    @Test func theErrorIsTheMeanOfLogOnePlusUSquared() throws {
        let detector = try detector()
        let usual = evidence(detector, noiseWindows(60, width: 2, length: 6, seed: 1))
        let moments = (0..<5).map { place -> (mean: Double, deviation: Double) in
            let mean = usual.reduce(0) { $0 + $1[place] } / Double(usual.count)
            let squares = usual.reduce(0) { $0 + ($1[place] - mean) * ($1[place] - mean) }
            return (mean, (squares / Double(usual.count - 1)).squareRoot())
        }
        let windows = noiseWindows(20, width: 2, length: 6, seed: 9)
        let (errors, shares) = try detector.judge(windows, pool: pool)
        for (window, evidence) in evidence(detector, windows).enumerated() {
            let terms = zip(evidence, moments).map { value, moment in
                log1p(pow((value - moment.mean) / moment.deviation, 2))
            }
            #expect(abs(errors[window] - terms.reduce(0, +) / 5) < 1e-4)
            for column in 0..<2 {
                #expect(abs(shares[window * 2 + column] - terms[column] / (terms[0] + terms[1])) < 1e-4)
            }
        }
    }

    @Test func aWindowsErrorDoesNotDependOnItsBatch() throws {
        let detector = try detector()
        let windows = noiseWindows(80, width: 2, length: 6, seed: 9)
        let errors = try detector.errors(of: windows, pool: pool)
        for index in [0, 31, 32, 74] {
            #expect(try detector.errors(of: single(index, of: windows), pool: pool) == [errors[index]])
        }
    }

    @Test func aBundleReadsBackTheSameErrors() throws {
        let detector = try detector()
        #expect(detector.tensors["surprise.mean"]?.shape == [5])
        let windows = noiseWindows(20, width: 2, length: 6, seed: 9)
        func read(_ tensors: [String: Tensor]) throws -> any Detector {
            try detector.architecture.detector(tensors: tensors, columns: ["a", "b"], length: 6)
        }
        let again = try read(detector.tensors)
        #expect(try again.errors(of: windows, pool: pool) == detector.errors(of: windows, pool: pool))
        #expect(again.architecture == detector.architecture)

        var damaged = detector.tensors
        damaged["surprise.inverse_deviation"] = Tensor([1, 1, -1, 1, 1] as [Float])
        #expect(throws: BundleError.self) { try read(damaged) }
        damaged["surprise.inverse_deviation"] = nil
        #expect(throws: BundleError.self) { try read(damaged) }
        var other = AutoencoderArchitecture(units: 5, bottleneck: 3, layers: 1, surpriseRows: 7)
        #expect(throws: BundleError.self) {
            try DetectorArchitecture.lstmAutoencoder(other).detector(
                tensors: detector.tensors, columns: ["a", "b"], length: 6)
        }
        other.surpriseRows = nil
        #expect(throws: BundleError.self) {
            try DetectorArchitecture.lstmAutoencoder(other).detector(
                tensors: detector.tensors, columns: ["a", "b"], length: 6)
        }
    }
}
