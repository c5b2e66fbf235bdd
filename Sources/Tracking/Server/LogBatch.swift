import Experiments

/// One request that adds to a run, within what a server takes at once.
struct LogBatch: Encodable {
    /// A value of a metric.
    struct Value: Encodable {
        var key: String
        var value: Double
        var timestamp: Int64
        var step: Int64
    }

    var runId: String
    var metrics: [Value] = []
    var params: [Wire.Pair] = []
    var tags: [Wire.Pair] = []

    private static let mostMetrics = 1_000
    private static let mostPairs = 100
    private static let mostEntries = 1_000
    /// MLflow takes a million.
    private static let mostBytes = 900_000

    private var count: Int { metrics.count + params.count + tags.count }

    /// All of it in as few requests as the counts allow. Texts that MLflow would cut in silence end in an ellipsis.
    static func batches(
        of run: String, metrics: [Metric], parameters: [String: String], tags: [String: String]
    ) -> [LogBatch] {
        var params = parameters.mapValues { $0.shortened(to: MLflowLimit.parameter) }.pairs[...]
        var tags = tags.mapValues { $0.shortened(to: MLflowLimit.tag) }.pairs[...]
        var metrics = metrics[...]
        var batches: [LogBatch] = []
        while !params.isEmpty || !tags.isEmpty || !metrics.isEmpty {
            var batch = LogBatch(runId: run)
            batch.params = Array(params.prefix(mostPairs))
            batch.tags = Array(tags.prefix(mostPairs))
            batch.metrics = metrics.prefix(min(mostMetrics, mostEntries - batch.count)).map {
                Value(key: $0.key, value: $0.value, timestamp: $0.time, step: $0.step)
            }
            params = params.dropFirst(batch.params.count)
            tags = tags.dropFirst(batch.tags.count)
            metrics = metrics.dropFirst(batch.metrics.count)
            batches.append(batch)
        }
        return batches
    }

    /// The requests that carry it: one, or more where one would be too long.
    func partsThatFit() throws(TrackingError) -> [Call] {
        let call: Call
        do {
            call = try .post("runs/log-batch", self)
        } catch {
            throw error.error
        }
        guard (call.body ?? []).count > LogBatch.mostBytes, count > 1 else { return [call] }
        var (one, other) = (LogBatch(runId: runId), LogBatch(runId: runId))
        (one.metrics, other.metrics) = metrics.halves
        (one.params, other.params) = params.halves
        (other.tags, one.tags) = tags.halves
        return try one.partsThatFit() + other.partsThatFit()
    }
}

extension Array {
    /// The first half, which is the longer one, and the second.
    fileprivate var halves: ([Element], [Element]) {
        let middle = (count + 1) / 2
        return (Array(self[..<middle]), Array(self[middle...]))
    }
}
