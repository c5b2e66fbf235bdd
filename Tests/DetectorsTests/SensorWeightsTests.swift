import Detectors
import DurableFiles
import Foundation
import SensorData
import Testing
import VectorMath

/// What scikit-learn found; see `Tests/Goldens/weights/generate.py`.
private struct WeightsGolden: Decodable {
    let ridge: Double
    let smoothness: Double
    let knots: [Double]
    let rows: [Float]
    let reference: [Float]
    let targets: [Double]
    let weights: [Double]
    let slopes: [Double]
    let intercept: Double
}

/// Whose evidence is the last row alone.
private struct Onlooker: Detector {
    let base: any Detector
    var architecture: DetectorArchitecture { base.architecture }
    var length: Int { base.length }
    var columns: [String] { base.columns }
    var tensors: [String: Tensor] { base.tensors }
    var evidenceColumns: [Int] { Array(columns.indices) }

    func evidence(of windows: WindowBatch, pool: WorkerPool) -> [Float] {
        (0..<windows.count).flatMap { windows.withWindow($0) { Array($0.suffix(columns.count)) } }
    }

    func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try base.errors(of: windows, pool: pool)
    }

    func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try base.contributions(to: windows, pool: pool)
    }
}

@Suite struct SensorWeightsTests {
    private let pool = WorkerPool(threads: 1)

    /// Windows of one row.
    private static func windows(_ rows: [Float], width: Int) -> WindowBatch {
        var windows = noiseWindows(1, width: width, length: 1, seed: 0)
        windows.rows = rows
        windows.starts = Array(0..<rows.count / width)
        windows.unitIDs = windows.starts.map { _ in 1 }
        return windows
    }

    /// A forest on noise whose lessons are that high `a` is wear and `b` and `c` are one sensor that is none.
    private func weighed(pool: WorkerPool? = nil, seed: UInt64 = 3) throws -> WeighedDetector {
        let pool = pool ?? self.pool
        let windows = noiseWindows(400, width: 3, length: 5, seed: seed)
        let forest = try ForestDetector(
            fitting: windows, view: .last, configuration: .init(trees: 20, samples: 32, seed: 1), pool: pool)
        let targets = windows.starts.map { windows.rows[($0 + 4) * 3] > 1.2 ? 1.0 : 0 }
        return try WeighedDetector(
            forest,
            lessons: .init(
                windows: windows, targets: targets, weights: targets.map { _ in 1 }, reference: windows),
            sensors: [0, 1, 1], knots: Knots([-1, 0, 1]), penalty: .init(ridge: 1e-3, smoothness: 1e-3), pool: pool)
    }

    @Test func findsWhatScikitLearnFinds() throws {
        let path = "\(repository)/Tests/Goldens/weights/weights.json"
        let golden = try JSONDecoder().decode(WeightsGolden.self, from: Data(try readFile(path)))
        let rows = Self.windows(golden.rows, width: 2)
        let forest = try ForestDetector(
            fitting: rows, view: .last, configuration: .init(trees: 2, samples: 8, seed: 0), pool: pool)
        let weighed = try WeighedDetector(
            Onlooker(base: forest),
            lessons: .init(
                windows: rows, targets: golden.targets, weights: golden.weights,
                reference: Self.windows(golden.reference, width: 2)),
            sensors: [0, 1], knots: Knots(golden.knots),
            penalty: .init(ridge: golden.ridge, smoothness: golden.smoothness), pool: pool)
        let slopes = try #require(weighed.tensors["weights.slope"]?.floats)
        for (found, expected) in zip(slopes, golden.slopes) { #expect(abs(Double(found) - expected) < 2e-4) }
        let intercept = try #require(weighed.tensors["weights.intercept"]?.doubles)
        #expect(abs(intercept[0] - golden.intercept) < 2e-4)
    }

    @Test(arguments: [[], [1.0, 2], [0, 0], [1, 0], [0, .infinity], Array(stride(from: 0.0, to: 40, by: 1))])
    func refusesKnotsThatAreNone(places: [Double]) {
        #expect(throws: BundleError.self) { try Knots(places) }
    }

    @Test func tellsBadFromGoodAndNamesTheSensor() throws {
        let detector = try weighed()
        let windows = Self.windows([], width: 3)
        func judge(_ row: [Float]) throws -> (error: Double, shares: [Double]) {
            var window = WindowBatch(columns: windows.columns, length: 5, keys: [])
            window.rows = [Float](repeating: 0, count: 12) + row
            window.starts = [0]
            window.unitIDs = [1]
            let (errors, shares) = try detector.judge(window, pool: pool)
            return (errors[0], shares)
        }
        let bad = try judge([2.5, 0, 0])
        let good = try judge([-2.5, 0, 0])
        let plain = try judge([0, 0, 0])
        // Even odds are an error of log 2.
        #expect(bad.error > SensorWeights.errorAtEvenOdds && plain.error < 0.3)
        // The forest alone takes both for unusual.
        #expect(good.error < plain.error)
        #expect(bad.shares[0] > 0.9 && abs(bad.shares.reduce(0, +) - 1) < 1e-12)
        // Columns of one sensor have their share at the first.
        #expect(bad.shares[2] == 0)
        #expect(abs(good.shares.reduce(0, +) - 1) < 1e-12)
    }

    /// One sensor that reads nonsense moves the log odds by no more than the lessons taught it to.
    @Test func noReadingOutvotesWhatWasLearnedOfIt() throws {
        let windows = Self.windows(normalRows(400, width: 3, seed: 3), width: 3)
        let forest = try ForestDetector(
            fitting: windows, view: .last, configuration: .init(trees: 2, samples: 8, seed: 1), pool: pool)
        let targets = windows.starts.map { windows.rows[$0 * 3] > 1.2 ? 1.0 : 0 }
        let detector = try WeighedDetector(
            Onlooker(base: forest),
            lessons: .init(windows: windows, targets: targets, weights: targets.map { _ in 1 }, reference: windows),
            sensors: [0, 1, 2], knots: Knots([-1, 0, 1]), penalty: .init(ridge: 1e-3, smoothness: 1e-3), pool: pool)
        func logOdds(_ rows: [Float]) throws -> [Double] {
            try detector.errors(of: Self.windows(rows, width: 3), pool: pool).map { log(expm1($0)) }
        }
        for place in 0..<3 {
            func rows(_ values: [Float]) -> [Float] {
                values.flatMap { value in (0..<3).map { $0 == place ? value : 0.5 } }
            }
            let seen = try logOdds(rows(windows.starts.map { windows.rows[$0 * 3 + place] }))
            let (least, most) = (try #require(seen.min()), try #require(seen.max()))
            for moved in try logOdds(rows([-1e30, -1e6, -40, 40, 1e6, 1e30])) {
                #expect(moved >= least - 1e-9 && moved <= most + 1e-9)
            }
        }
    }

    @Test func dependsNeitherOnTheBatchNorOnThreads() throws {
        let detector = try weighed()
        let other = try weighed(pool: WorkerPool(threads: 3))
        #expect(detector.tensors == other.tensors)
        let windows = noiseWindows(90, width: 3, length: 5, seed: 8)
        let all = try detector.judge(windows, pool: WorkerPool(threads: 2))
        #expect(try detector.errors(of: windows, pool: pool) == all.errors)
        for index in [0, 17, 85] {
            let alone = try detector.judge(single(index, of: windows), pool: pool)
            #expect(alone.errors == [all.errors[index]])
            #expect(alone.contributions == Array(all.contributions[index * 3..<index * 3 + 3]))
        }
    }

    @Test func needsBothKindsOfWindows() {
        let windows = noiseWindows(60, width: 3, length: 5, seed: 3)
        #expect(throws: TrainingError.self) {
            try WeighedDetector(
                ForestDetector(
                    fitting: windows, view: .last, configuration: .init(trees: 2, samples: 8, seed: 1), pool: pool),
                lessons: .init(
                    windows: windows, targets: windows.starts.map { _ in 0 }, weights: windows.starts.map { _ in 1 },
                    reference: windows),
                sensors: [0, 1, 2], knots: Knots([0]), penalty: .init(ridge: 1, smoothness: 0), pool: pool)
        }
    }

    /// The golden bundle with a change in its description or its weights.
    private func reread(
        _ old: String = "", as new: String = "", tensors change: (inout [String: Tensor]) -> Void = { _ in }
    ) throws -> ModelBundle {
        let scratch = try Scratch()
        let path = "\(scratch.path)/model"
        try FileManager.default.copyItem(
            atPath: "\(repository)/Tests/Goldens/bundles/iforest-weighed-v1", toPath: path)
        let before = try readFile("\(path)/weights.safetensors")
        var tensors = try SafeTensors.decode(before)
        change(&tensors)
        let weights = try SafeTensors.encode(tensors)
        var text = String(decoding: try readFile("\(path)/model.json"), as: UTF8.self)
            .replacing(Digest.hexadecimal(of: before), with: Digest.hexadecimal(of: weights))
            .replacing("\"bytes\" : \(before.count)", with: "\"bytes\" : \(weights.count)")
        if !old.isEmpty {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        try AtomicFile.write(weights, to: "\(path)/weights.safetensors")
        try AtomicFile.write(Array(text.utf8), to: "\(path)/model.json")
        return try ModelBundle(path: path)
    }

    @Test func aBundleGivesBackItsWeights() throws {
        let bundle = try reread()
        let weighed = try #require(bundle.detector as? WeighedDetector)
        #expect(weighed.weights.knots.places == [0, 3, 6] && weighed.base.architecture.weights == nil)
        #expect(bundle.description.architecture.kind == "isolation-forest")
        let scratch = try Scratch()
        try bundle.write(to: "\(scratch.path)/again")
        #expect(try ModelBundle(path: "\(scratch.path)/again").detector.tensors == bundle.detector.tensors)
    }

    @Test func aFunctionIsTheSumOfItsPieces() throws {
        // Slopes of 1 everywhere make the function of the first column its argument; the others count for nothing.
        let bundle = try reread { tensors in
            tensors["weights.mean"] = Tensor([Float](repeating: 0, count: 43))
            tensors["weights.inverse_deviation"] = Tensor([Float](repeating: 1, count: 43))
            let slopes = [1, 1, 1, 1] + [Float](repeating: 0, count: 42 * 4)
            tensors["weights.slope"] = Tensor(slopes, shape: [43, 4])
            tensors["weights.intercept"] = Tensor([0.0])
        }
        var windows = bundle.selfTest.windows
        for argument in [-7.5, -0.3, 0, 0.4, 3, 4.5, 6, 40] as [Float] {
            windows.rows[29 * windows.width] = argument
            let error = try bundle.detector.errors(of: windows, pool: pool)[0]
            #expect(abs(error - log1p(exp(Double(argument)))) < 1e-12)
        }
    }

    @Test func damagedWeightsAreRefused() throws {
        func message(_ old: String = "", as new: String = "", _ change: (inout [String: Tensor]) -> Void = { _ in })
            -> String
        {
            do {
                _ = try reread(old, as: new, tensors: change)
                return "nothing"
            } catch { return "\(error)" }
        }
        #expect(message("\"weights\" : {\n      \"knots\"", as: "\"weights\" : {\n      \"knits\"").contains("knots"))
        #expect(message("        3,\n        6", as: "        3,\n        2").contains("knots at 0.0, 3.0, 2.0"))
        #expect(message("        3,\n        6", as: "        3").contains("tensor 'weights.slope'"))
        #expect(message { $0["weights.mean"] = nil }.contains("'weights.mean' is missing"))
        #expect(
            message { $0["weights.low"] = Tensor([Float](repeating: 0, count: 43)) }.contains(
                "'weights.high' is missing"))
        #expect(
            message {
                $0["weights.low"] = Tensor([Float](repeating: 1, count: 43))
                $0["weights.high"] = Tensor([Float](repeating: 0, count: 43))
            }.contains("the range of the evidence is impossible"))
        #expect(message { $0["weights.more"] = Tensor([1.0]) }.contains("1 tensors that sensor weights do not"))
        #expect(message { $0["weights.intercept"] = Tensor([Double.nan]) }.contains("impossible number"))
        #expect(
            message { $0["weights.sensor"] = Tensor([Int32](repeating: 42, count: 43)) }.contains("names a sensor"))
    }
}
