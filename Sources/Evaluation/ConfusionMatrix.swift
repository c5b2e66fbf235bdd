/// Decisions against truth, in records or in their weights.
///
/// A quotient whose denominator is zero is undefined and reads nil, never 0.
public struct ConfusionMatrix: Equatable, Sendable {
    /// Anomalous records that were called so.
    public var truePositives: Double
    /// Healthy records that were called anomalous.
    public var falsePositives: Double
    /// Anomalous records that were called healthy.
    public var falseNegatives: Double
    /// Healthy records that were called so.
    public var trueNegatives: Double

    /// Takes the four counts.
    public init(
        truePositives: Double = 0, falsePositives: Double = 0, falseNegatives: Double = 0, trueNegatives: Double = 0
    ) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
        self.trueNegatives = trueNegatives
    }

    /// Counts the decision `score >= threshold` over the labelled records of `data`.
    public init(_ data: LabelledScores, threshold: Double) {
        self.init(data) { data.scores[$0] >= threshold }
    }

    /// Counts the decisions that the records carry; records without one are left out.
    public init(decisionsOf data: LabelledScores) {
        self.init(data) { data.decisions[$0] < 0 ? nil : data.decisions[$0] == 1 }
    }

    private init(_ data: LabelledScores, decision: (Int) -> Bool?) {
        self.init()
        for index in 0..<data.count where data.labels[index] >= 0 {
            guard let isCalled = decision(index) else { continue }
            let weight = data.weights.isEmpty ? 1 : data.weights[index]
            count(isAnomalous: data.labels[index] == 1, isCalled: isCalled, weight: weight)
        }
    }

    /// Counts one record.
    public mutating func count(isAnomalous: Bool, isCalled: Bool, weight: Double = 1) {
        switch (isAnomalous, isCalled) {
        case (true, true): truePositives += weight
        case (false, true): falsePositives += weight
        case (true, false): falseNegatives += weight
        case (false, false): trueNegatives += weight
        }
    }

    /// Counts all that `other` counted, `times` times.
    mutating func add(_ other: ConfusionMatrix, times: Double) {
        truePositives += other.truePositives * times
        falsePositives += other.falsePositives * times
        falseNegatives += other.falseNegatives * times
        trueNegatives += other.trueNegatives * times
    }

    /// Everything that was counted.
    public var total: Double { truePositives + falsePositives + falseNegatives + trueNegatives }
    /// Everything anomalous.
    public var positives: Double { truePositives + falseNegatives }
    /// Everything healthy.
    public var negatives: Double { falsePositives + trueNegatives }
    /// Everything called anomalous.
    public var alarms: Double { truePositives + falsePositives }

    /// Of the records called anomalous, the share that is; nil when none was called so.
    public var precision: Double? { quotient(truePositives, alarms) }
    /// Of the anomalous records, the share that was called so; nil when there is none.
    public var recall: Double? { quotient(truePositives, positives) }
    /// Of the healthy records, the share that was called anomalous; nil when there is none.
    public var falsePositiveRate: Double? { quotient(falsePositives, negatives) }
    /// The share of right decisions; nil when there is no record.
    public var accuracy: Double? { quotient(truePositives + trueNegatives, total) }
    /// The harmonic mean of precision and recall; nil when no record is anomalous and none was called so.
    public var f1: Double? { fScore(beta: 1) }

    /// The weighted harmonic mean of precision and recall in which recall counts `beta` times as much.
    public func fScore(beta: Double) -> Double? {
        let square = beta * beta
        return quotient(
            (1 + square) * truePositives, (1 + square) * truePositives + falsePositives + square * falseNegatives)
    }

    private func quotient(_ part: Double, _ whole: Double) -> Double? {
        whole > 0 ? part / whole : nil
    }
}
