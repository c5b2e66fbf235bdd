import ArgumentParser
import SensorData
import VectorMath

/// What the benchmarks of networks share: how long, on what, and how it is printed.
struct NetworkBenchOptions: ParsableArguments {
    @Option(help: "The number of threads.") var threads = 1
    @Option(help: "The number of timed runs.") var repeats = 30
    @Flag(help: "Time training steps only.") var training = false

    /// Prints the shortest and the median time of a training step on 64 windows, and of inference on 1, 64 and 1024.
    func report(step: (WindowBatch, ArraySlice<Int>) -> Void, inference: (WindowBatch) -> Void) {
        let batch = windows(64)
        report("step 64", repeats) { step(batch, (0..<64).map { $0 }[...]) }
        for count in training ? [] : [1, 64, 1024] {
            let batch = windows(count)
            report("inference \(count)", count == 1 ? 20 * repeats : repeats) { inference(batch) }
        }
    }

    /// Random windows that share no rows.
    private func windows(_ count: Int) -> WindowBatch {
        var random = CounterRandom(seed: 3)
        var batch = WindowBatch(columns: (1...14).map { "sensor_\($0)" }, length: 30, keys: [])
        batch.rows = (0..<count * 30 * 14).map { _ in random.uniform() }
        batch.starts = (0..<count).map { $0 * 30 }
        return batch
    }

    private func report(_ name: String, _ repeats: Int, _ work: () -> Void) {
        let time = measure(repeats: repeats, work)
        print("\(name)\t\(time.best)\t\(time.median)")
    }
}

/// The shortest and the median time of `repeats` runs of `work`, in milliseconds, after one run that is not counted.
private func measure(repeats: Int, _ work: () -> Void) -> (best: Double, median: Double) {
    work()
    let clock = ContinuousClock()
    let times = (0..<repeats).map { _ in clock.measure(work) / .milliseconds(1) }.sorted()
    return (times[0], times[times.count / 2])
}
