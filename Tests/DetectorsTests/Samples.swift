import Detectors
import Features
import Foundation
import RecordStreams
import SensorData
import VectorMath

/// The repository, from a test's own place in it.
let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// A folder of its own for a test, removed with it.
final class Scratch {
    let path = NSTemporaryDirectory() + "borescope-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Numbers from a normal distribution, in rows of `width`.
func normalRows(_ count: Int, width: Int, seed: UInt64) -> [Float] {
    var random = CounterRandom(seed: seed, stream: 77)
    return (0..<count * width).map { _ in Float(random.normal() as Double) }
}

/// Windows over `count` rows of noise in columns `a`, `b`, …, one a row from the length on.
func noiseWindows(_ count: Int, width: Int, length: Int, seed: UInt64) -> WindowBatch {
    let names = (0..<width).map { String(UnicodeScalar(UInt8(97 + $0))) }
    var windows = WindowBatch(columns: names, length: length, keys: [])
    windows.rows = normalRows(count, width: width, seed: seed)
    windows.starts = Array(0...(count - length))
    windows.unitIDs = windows.starts.map { _ in 1 }
    return windows
}

/// One window of a batch as a batch of its own, with its own rows.
func single(_ index: Int, of windows: WindowBatch) -> WindowBatch {
    var one = WindowBatch(columns: windows.columns, length: windows.length, keys: [])
    one.rows = windows.withWindow(index) { Array($0) }
    one.starts = [0]
    one.unitIDs = [windows.unitIDs[index]]
    return one
}

/// The area under the receiver operating characteristic, ties counted half.
func areaUnderROC(_ scores: [Double], _ isPositive: [Bool]) -> Double {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var rankSum = 0.0
    var start = 0
    while start < order.count {
        var end = start
        while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
        let rank = Double(start + end + 1) / 2
        rankSum += rank * Double(order[start..<end].count { isPositive[$0] })
        start = end
    }
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(isPositive.count) - positives
    return (rankSum - positives * (positives + 1) / 2) / (positives * negatives)
}

/// A small forest on noise, as a bundle; column `a` counts as the first input.
func sampleBundle(
    view: WindowView = .statistics, threshold: Double = 0.55, seed: UInt64 = 3, width: Int = 3, length: Int = 5
) throws -> ModelBundle {
    let pool = WorkerPool(threads: 1)
    let windows = noiseWindows(120, width: width, length: length, seed: seed)
    let detector = try ForestDetector(
        fitting: windows, view: view, configuration: .init(trees: 20, samples: 32, seed: seed), pool: pool)
    var tests = windows
    tests.starts = [0, 7, 50]
    tests.unitIDs = [1, 1, 1]
    let description = ModelDescription(
        name: "sample", architecture: detector.architecture,
        features: try FittedFeatures(inputs: windows.columns, stages: []), window: WindowShape(length: length),
        calibration: .identity, confidence: LogisticCoefficients(slope: 20, intercept: -11),
        threshold: ThresholdRecord(value: threshold, method: "f1"),
        metrics: MetricsRecord(protocol: "none", sets: [:]),
        training: TrainingRecord(
            sha256: "", rows: 120, windows: windows.count, units: ["training": [1]], healthy: "all", seed: seed),
        tool: ToolRecord(name: "test", version: "0"))
    return try ModelBundle(description, detector: detector, selfTest: tests, pool: pool)
}

/// Rows of several units that take turns, in columns `a`, `b`, … .
func sampleRows(units: Int, cycles: Int, width: Int = 3, seed: UInt64 = 5) -> RowBatch {
    let names = (0..<width).map { String(UnicodeScalar(UInt8(97 + $0))) }
    var rows = RowBatch(schema: RowSchema(keys: [.cycle, .rul, .isAnomaly], columns: names))
    rows.values = normalRows(units * cycles, width: width, seed: seed).map(Double.init)
    for cycle in 1...cycles {
        for unit in 1...units {
            rows.unitIDs.append(Int64(unit))
            rows.cycles.append(Int64(cycle))
            rows.rul.append(Int64(cycles - cycle))
            rows.isAnomaly.append(cycles - cycle < 3 ? 1 : 0)
        }
    }
    return rows
}

extension RowBatch {
    /// The rows `range` as a batch of their own.
    func rows(_ range: Range<Int>) -> RowBatch {
        var part = RowBatch(schema: schema)
        for row in range {
            part.appendIdentity(of: row, from: self)
            part.values.append(contentsOf: values[row * width..<(row + 1) * width])
        }
        part.origin = location(of: range.lowerBound)
        return part
    }
}
