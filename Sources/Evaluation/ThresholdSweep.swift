import SensorData

/// Evenly spaced thresholds.
public struct ThresholdGrid: Equatable, Sendable {
    /// The lowest threshold.
    public let low: Double
    /// The highest threshold.
    public let high: Double
    /// How many thresholds there are.
    public let steps: Int

    /// Where thresholds may lie: where scores do.
    public static let bounds = 0.0...1.0
    /// How many there may be.
    public static let stepBounds = 2...1_000_000

    /// Thresholds from `low` to `high`; nil unless `low < high`, both within `bounds`, and `steps` within `stepBounds`.
    public init?(low: Double, high: Double, steps: Int) {
        guard ThresholdGrid.bounds.contains(low), ThresholdGrid.bounds.contains(high), low < high,
            ThresholdGrid.stepBounds.contains(steps)
        else { return nil }
        self.low = low
        self.high = high
        self.steps = steps
    }

    /// Reads `LOW:HIGH:STEPS`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let low = Double(parts[0]), let high = Double(parts[1]), let steps = Int(parts[2])
        else {
            return nil
        }
        self.init(low: low, high: high, steps: steps)
    }

    /// The thresholds, rising; rounded to twelve decimals so that 0.06 is 0.06 and not 0.060000000000000005.
    public var thresholds: [Double] {
        (0..<steps).map { index in
            let exact = low + (high - low) * Double(index) / Double(steps - 1)
            return (exact * 1e12).rounded() / 1e12
        }
    }
}

/// One threshold and what it does: a record is called anomalous when `score >= threshold`.
public struct ThresholdPoint: Equatable, Sendable {
    /// The threshold.
    public let threshold: Double
    /// Its decisions against the truth, over labelled records, by weight.
    public let confusion: ConfusionMatrix
    /// The share of all records it calls anomalous, labelled or not, unweighted.
    public let alarmShare: Double

    /// True when it calls no record anomalous.
    public var callsNothing: Bool { alarmShare == 0 }
}

/// The choice of a threshold.
///
/// Of thresholds that serve the objective equally the lowest is chosen, because a missed failure costs more than a look;
/// with a false-alarm budget, of equal recalls first the one with fewer false alarms.
public struct ThresholdSweep: Sendable {
    /// The objective of the choice.
    public let objective: ThresholdObjective
    /// The thresholds of the grid, rising.
    public let points: [ThresholdPoint]
    /// The chosen threshold: one of `points`, or with `exact` and with a quantile a value between two scores.
    public let best: ThresholdPoint

    /// Chooses a threshold on `data`.
    ///
    /// - Parameter exact: considers every distinct score, the threshold lying midway to the next lower one, instead of the
    ///   grid alone.
    /// - Complexity: O(n log n).
    /// - Throws: `DataError` when there is no record; when the objective needs positives, negatives or both and `data` has
    ///   none; when no threshold of the grid keeps within the false-alarm budget.
    public init(
        _ data: LabelledScores, grid: ThresholdGrid, exact: Bool = false, objective: ThresholdObjective
    ) throws {
        try ThresholdSweep.check(data, objective)
        let curve = OperatingCurve(data)
        let sorted = data.scores.sorted()
        let point = { (threshold: Double, confusion: ConfusionMatrix) in
            ThresholdPoint(
                threshold: threshold, confusion: confusion,
                alarmShare: Double(sorted.count - sorted.partitioningIndex { $0 >= threshold }) / Double(sorted.count))
        }
        let pointAt = { (threshold: Double) in
            point(threshold, curve.confusion(at: curve.index(atThreshold: threshold)))
        }
        self.objective = objective
        points = grid.thresholds.map(pointAt)
        if case .quantile(let share) = objective {
            best = pointAt(ThresholdSweep.quantile(ofSorted: sorted, share: share))
        } else if exact {
            let chosen = ThresholdSweep.exactChoice(curve, objective)
            best = point(curve.threshold(at: chosen), curve.confusion(at: chosen))
        } else {
            var chosen: ThresholdPoint?
            for candidate in points where objective.allows(candidate.confusion) {
                guard let other = chosen else {
                    chosen = candidate
                    continue
                }
                if objective.prefers(candidate.confusion, to: other.confusion) { chosen = candidate }
            }
            guard let chosen else {
                throw DataError("no threshold of the grid keeps within \(objective); sweep every score instead")
            }
            best = chosen
        }
    }

    /// The best threshold over every distinct score of `data`, by weight, midway between neighbours.
    public static func exactThreshold(_ data: LabelledScores, objective: ThresholdObjective) throws -> Double {
        try check(data, objective)
        if case .quantile(let share) = objective { return quantile(ofSorted: data.scores.sorted(), share: share) }
        let curve = OperatingCurve(data)
        return curve.threshold(at: exactChoice(curve, objective))
    }

    /// The value below which the share `share` of `sorted` lies, interpolated linearly between neighbours as `numpy.quantile`
    /// does.
    ///
    /// - Precondition: `sorted` is not empty and rises; `share` lies in 0 … 1.
    public static func quantile(ofSorted sorted: [Double], share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }

    /// The place on `curve` that serves `objective` best; nil when that is to call nothing.
    private static func exactChoice(_ curve: OperatingCurve, _ objective: ThresholdObjective) -> Int? {
        var chosen: Int?
        var chosenConfusion = curve.confusion(at: nil)
        for index in 0..<curve.count {
            let confusion = curve.confusion(at: index)
            guard objective.allows(confusion) else { continue }
            // The walk goes down: an equal is a lower threshold and replaces the one above.
            if !objective.prefers(chosenConfusion, to: confusion) {
                chosen = index
                chosenConfusion = confusion
            }
        }
        return chosen
    }

    /// Throws `DataError` when `data` lack records or labels that `objective` needs, whatever their scores are.
    public static func check(_ data: LabelledScores, _ objective: ThresholdObjective) throws {
        guard !data.isEmpty else { throw DataError("no scored record to choose a threshold on") }
        guard objective.needsLabels else { return }
        let advice = "without labels choose a quantile (quantile:0.99)"
        guard data.labelledCount > 0 else {
            throw DataError("no record has a label; \(objective) needs them; \(advice)")
        }
        switch objective {
        case .fScore where data.positiveCount == 0:
            throw DataError(
                "none of \(data.labelledCount) labelled records is anomalous; \(objective) is undefined; \(advice)")
        case .falseAlarms where data.positiveCount == data.labelledCount:
            throw DataError("all \(data.labelledCount) labelled records are anomalous; \(objective) needs healthy ones")
        case .falseAlarms where data.positiveCount == 0:
            throw DataError(
                "none of \(data.labelledCount) labelled records is anomalous; \(objective) maximises recall; \(advice)")
        case .cost where data.positiveCount == 0 || data.positiveCount == data.labelledCount:
            throw DataError("\(objective) needs anomalous and healthy records; the data have one kind only; \(advice)")
        default: return
        }
    }
}

extension [Double] {
    /// The first index whose element satisfies `predicate`, where all that satisfy it stand at the end.
    fileprivate func partitioningIndex(_ predicate: (Double) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
