import SensorData

/// Scores with what is known of their truth, one entry a record, held in columns (38 bytes a record, 46 with weights).
///
/// Records are in stream order; the records of one unit need not stand together. Every metric counts only records whose
/// truth is known; the quantile of a threshold counts all.
public struct LabelledScores: Sendable {
    /// Stands for a label that is not known; known ones are 0 and 1.
    public static let unknownLabel: Int8 = -1
    /// Stands for an unknown cycle or remaining useful life.
    public static let unknown = Int64.min

    /// `anomaly_score` of each record, higher is worse.
    public private(set) var scores: [Double] = []
    /// Ground truth of each record: 0, 1 or `unknownLabel`.
    public internal(set) var labels: [Int8] = []
    /// The decision that the record carries: 0, 1 or `unknownLabel` where it has none.
    public private(set) var decisions: [Int8] = []
    /// The probability that the decision of each record is right, not-a-number where it has none.
    public private(set) var confidences: [Double] = []
    /// The unit of each record, as an index into `unitIDs`.
    public private(set) var units: [Int32] = []
    /// `cycle` of each record, `unknown` where it has none.
    public private(set) var cycles: [Int64] = []
    /// Remaining useful life of each record in cycles, `unknown` where it has none.
    public private(set) var rul: [Int64] = []
    /// The weight of each record; empty when all weigh the same.
    public internal(set) var weights: [Double] = []

    /// `unit_id` of each unit, in the order of first appearance.
    public private(set) var unitIDs: [Int64] = []
    /// How many records were skipped because their unit had too few rows to be scored.
    public private(set) var warmupCount = 0
    /// How many records have a known label.
    public internal(set) var labelledCount = 0
    /// How many records are labelled anomalous.
    public internal(set) var positiveCount = 0
    /// The lowest and the highest threshold that the records carry.
    public private(set) var recordedThresholds: ClosedRange<Double>?
    /// What the records call their model; empty when there is no record.
    public private(set) var modelVersion = ""

    private var unitIndices: [Int64: Int32] = [:]
    /// The first unit of the current source.
    private var sourceStart: Int32 = 0

    /// No records.
    public init() {}

    /// Records by column; for callers that have scores at hand rather than a stream.
    ///
    /// - Parameters:
    ///   - unitIDs: `unit_id` of each record; nil when the units do not matter.
    ///   - cycles: `cycle` of each record.
    ///   - rul: remaining useful life of each record.
    ///   - weights: weight of each record; nil when all weigh the same.
    /// - Precondition: all arrays have the same count; scores are finite, weights finite and not negative.
    public init(
        scores: [Double], labels: [Bool], unitIDs: [Int64]? = nil, cycles: [Int64]? = nil, rul: [Int64]? = nil,
        weights: [Double]? = nil
    ) {
        let count = scores.count
        precondition(labels.count == count && scores.allSatisfy(\.isFinite))
        let others = [unitIDs?.count, cycles?.count, rul?.count, weights?.count]
        precondition(others.allSatisfy { $0 == nil || $0 == count })
        precondition(weights?.allSatisfy { $0 >= 0 && $0.isFinite } ?? true)
        self.scores = scores
        self.labels = labels.map { $0 ? 1 : 0 }
        decisions = [Int8](repeating: LabelledScores.unknownLabel, count: count)
        confidences = [Double](repeating: .nan, count: count)
        units.reserveCapacity(count)
        for unitID in unitIDs ?? [Int64](repeating: 0, count: count) { units.append(unitIndex(unitID)) }
        self.cycles = cycles ?? [Int64](repeating: LabelledScores.unknown, count: count)
        self.rul = rul ?? [Int64](repeating: LabelledScores.unknown, count: count)
        self.weights = weights ?? []
        labelledCount = count
        positiveCount = labels.count { $0 }
    }

    /// The number of scored records.
    public var count: Int { scores.count }
    /// True when there is no scored record.
    public var isEmpty: Bool { scores.isEmpty }
    /// How many records have no known label.
    public var unlabelledCount: Int { count - labelledCount }

    /// Appends `record`, or counts it as warm-up when it carries no score.
    ///
    /// - Throws: `DataError` when the score is no finite number.
    public mutating func append(_ record: ScoredRecord) throws {
        guard record.status == .scored, let score = record.anomalyScore else {
            warmupCount += 1
            return
        }
        guard score.isFinite else {
            throw DataError("anomaly_score: expected a finite number, found \(score)")
        }
        if isEmpty { modelVersion = record.modelVersion }
        scores.append(score)
        decisions.append(record.isAnomaly.map { $0 ? 1 : 0 } ?? LabelledScores.unknownLabel)
        confidences.append(record.confidence ?? .nan)
        units.append(unitIndex(record.unitID))
        cycles.append(record.cycle ?? LabelledScores.unknown)
        rul.append(record.rul ?? LabelledScores.unknown)
        if let label = record.label {
            labels.append(label ? 1 : 0)
            labelledCount += 1
            if label { positiveCount += 1 }
        } else {
            labels.append(LabelledScores.unknownLabel)
        }
        if let threshold = record.threshold {
            let old = recordedThresholds ?? threshold...threshold
            recordedThresholds = min(old.lowerBound, threshold)...max(old.upperBound, threshold)
        }
    }

    /// Replaces every label by `rul < threshold`; records without a remaining useful life lose theirs.
    public mutating func relabel(rulBelow threshold: Int64) {
        labelledCount = 0
        positiveCount = 0
        for index in 0..<count {
            guard rul[index] != LabelledScores.unknown else {
                labels[index] = LabelledScores.unknownLabel
                continue
            }
            labelledCount += 1
            labels[index] = rul[index] < threshold ? 1 : 0
            if rul[index] < threshold { positiveCount += 1 }
        }
    }

    /// Replaces every decision by `score >= threshold`; one that changes has the rest of the confidence.
    public mutating func decide(threshold: Double) {
        for index in 0..<count {
            let decision: Int8 = scores[index] >= threshold ? 1 : 0
            if decision != decisions[index] {
                confidences[index] = decisions[index] >= 0 ? 1 - confidences[index] : .nan
            }
            decisions[index] = decision
        }
    }

    /// The share of anomalous records among the labelled ones, by weight; nil without labels.
    public var prevalence: Double? {
        var positive = 0.0
        var total = 0.0
        for index in 0..<count where labels[index] >= 0 {
            let weight = weights.isEmpty ? 1 : weights[index]
            total += weight
            if labels[index] == 1 { positive += weight }
        }
        return total > 0 ? positive / total : nil
    }

    /// Says that another file follows: a unit of the same number in it is another unit.
    public mutating func beginSource() {
        unitIndices.removeAll()
        sourceStart = Int32(unitIDs.count)
    }

    private mutating func unitIndex(_ unitID: Int64) -> Int32 {
        if let last = units.last, last >= sourceStart, unitIDs[Int(last)] == unitID { return last }
        if let known = unitIndices[unitID] { return known }
        let index = Int32(unitIDs.count)
        unitIndices[unitID] = index
        unitIDs.append(unitID)
        return index
    }
}
