import ArgumentParser
import Detectors
import Foundation
import SensorData
import VectorMath

/// Times library work inside one process, for the scripts of `Benchmarks/`; not installed.
@main
struct BorescopeBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "borescope-bench", abstract: "Time library work for the scripts of Benchmarks/.",
        subcommands: [ForestBench.self, LSTMBench.self, PatchTSTBench.self])
}

/// Fits and scores an isolation forest on raw windows and prints the seconds of each repetition as JSON.
struct ForestBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forest", abstract: "Fit and score an isolation forest.")

    @Argument(help: "Row-major float32 rows, without a header.")
    var rows: String
    @Argument(help: "The first row of each window, int64.")
    var starts: String
    @Option(help: "Columns of a row.")
    var width = 14
    @Option(help: "Rows of a window.")
    var length = 30
    @Option(help: "window, statistics or last.")
    var view = "window"
    @Option(help: "Points a tree; 0 is all.")
    var samples = 256
    @Option(help: "Trees.")
    var trees = 200
    @Option(help: "Repetitions.")
    var repeats = 7
    @Option(help: "Threads.")
    var threads = 1

    func run() throws {
        guard let view = WindowView(rawValue: view) else { throw ValidationError("unknown view '\(view)'") }
        var windows = WindowBatch(columns: (0..<width).map { "c\($0)" }, length: length, keys: [])
        windows.rows = try load(rows, as: Float.self)
        windows.starts = try load(starts, as: Int.self)
        windows.unitIDs = windows.starts.map { _ in 1 }
        let pool = WorkerPool(threads: threads)
        let configuration = IsolationForest.Configuration(trees: trees, samples: samples == 0 ? nil : samples, seed: 1)
        let clock = ContinuousClock()
        var fit: [Double] = []
        var score: [Double] = []
        var mean = 0.0
        for _ in 0..<repeats {
            var forest: IsolationForest?
            fit.append(
                try clock.measure {
                    forest = try IsolationForest(
                        fitting: view.points(of: windows, pool: pool), configuration: configuration, pool: pool)
                }.seconds)
            guard let forest else { return }
            var scores: [Double] = []
            score.append(
                clock.measure { scores = forest.scores(of: view.points(of: windows, pool: pool), pool: pool) }.seconds)
            mean = scores.reduce(0, +) / Double(scores.count)
        }
        print("{\"fit\":\(fit),\"score\":\(score),\"mean_score\":\(mean),\"windows\":\(windows.count)}")
    }

    private func load<Element: BitwiseCopyable>(_ path: String, as type: Element.Type) throws -> [Element] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return data.withUnsafeBytes { bytes in
            [Element](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Element>.stride) { elements, count in
                count = elements.count
                UnsafeMutableRawBufferPointer(elements).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Element>.stride)]))
            }
        }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
