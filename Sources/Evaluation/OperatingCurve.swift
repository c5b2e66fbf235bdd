/// What every threshold would do: cumulative counts of alarms, right and wrong, from the highest score down.
///
/// Ties are one point: records of equal score are called together or not at all.
public struct OperatingCurve: Sendable {
    /// The distinct scores of the labelled records, highest first.
    public private(set) var scores: [Double] = []
    /// The weight of anomalous records with at least each score.
    public private(set) var truePositives: [Double] = []
    /// The weight of healthy records with at least each score.
    public private(set) var falsePositives: [Double] = []

    /// Sorts the labelled records of `data`.
    ///
    /// - Complexity: O(n log n).
    public init(_ data: LabelledScores) {
        self.init(data, order: OperatingCurve.descendingOrder(data))
    }

    /// Counts along `order`, whose scores fall.
    init(_ data: LabelledScores, order: [Int32]) {
        var truePositive = 0.0
        var falsePositive = 0.0
        for (place, record) in order.enumerated() {
            let index = Int(record)
            let weight = data.weights.isEmpty ? 1 : data.weights[index]
            if data.labels[index] == 1 { truePositive += weight } else { falsePositive += weight }
            let isLastOfTie = place + 1 == order.count || data.scores[Int(order[place + 1])] != data.scores[index]
            guard isLastOfTie else { continue }
            scores.append(data.scores[index])
            truePositives.append(truePositive)
            falsePositives.append(falsePositive)
        }
    }

    /// The labelled records by falling score; equal scores in record order, so that sums are the same on every run.
    static func descendingOrder(_ data: LabelledScores) -> [Int32] {
        var keyed: [(score: Double, record: Int32)] = []
        keyed.reserveCapacity(data.labelledCount)
        for index in 0..<data.count where data.labels[index] >= 0 {
            keyed.append((data.scores[index], Int32(index)))
        }
        keyed.sort { $0.score != $1.score ? $0.score > $1.score : $0.record < $1.record }
        return keyed.map(\.record)
    }

    /// The number of distinct scores.
    public var count: Int { scores.count }
    /// The weight of all anomalous records.
    public var positives: Double { truePositives.last ?? 0 }
    /// The weight of all healthy records.
    public var negatives: Double { falsePositives.last ?? 0 }

    /// The chance that an anomalous record scores higher than a healthy one, ties counting half: the area under the
    /// receiver operating characteristic (Hanley, McNeil 1982, doi:10.1148/radiology.143.1.7063747).
    ///
    /// Nil when one of the classes is missing.
    public var areaUnderROC: Double? {
        guard positives > 0, negatives > 0 else { return nil }
        var area = 0.0
        var aboveTrue = 0.0
        var aboveFalse = 0.0
        for index in 0..<count {
            area += (falsePositives[index] - aboveFalse) * (truePositives[index] + aboveTrue) / 2
            aboveTrue = truePositives[index]
            aboveFalse = falsePositives[index]
        }
        return area / (positives * negatives)
    }

    /// The mean of precision over recall, each step of recall at the precision reached there, without interpolation: the
    /// average precision of scikit-learn.
    ///
    /// Nil when no record is anomalous.
    public var averagePrecision: Double? {
        guard positives > 0 else { return nil }
        var sum = 0.0
        var above = 0.0
        for index in 0..<count where truePositives[index] > above {
            let precision = truePositives[index] / (truePositives[index] + falsePositives[index])
            sum += (truePositives[index] - above) * precision
            above = truePositives[index]
        }
        return sum / positives
    }

    /// The confusion matrix of the threshold that calls the records of `scores[...index]`; nil calls none.
    public func confusion(at index: Int?) -> ConfusionMatrix {
        let truePositive = index.map { truePositives[$0] } ?? 0
        let falsePositive = index.map { falsePositives[$0] } ?? 0
        return ConfusionMatrix(
            truePositives: truePositive, falsePositives: falsePositive, falseNegatives: positives - truePositive,
            trueNegatives: negatives - falsePositive)
    }

    /// The threshold that calls the records of `scores[...index]` and no others: midway to the next lower score, so that
    /// it is as far as can be from both. Below the lowest score the neighbour is 0, above the highest (nil) it is 1.
    public func threshold(at index: Int?) -> Double {
        guard let highest = scores.first else { return 1 }
        guard let index else { return highest < 1 ? OperatingCurve.midway(highest, 1) : highest.nextUp }
        let here = scores[index]
        if index + 1 < count { return OperatingCurve.midway(scores[index + 1], here) }
        return here > 0 ? OperatingCurve.midway(0, here) : here
    }

    /// The middle of two scores, above the lower one even where they are neighbouring numbers.
    private static func midway(_ low: Double, _ high: Double) -> Double {
        let middle = low + (high - low) / 2
        return middle > low ? middle : high
    }

    /// The last point whose scores are at least `threshold`; nil when no score is.
    ///
    /// - Complexity: O(log n).
    public func index(atThreshold threshold: Double) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] >= threshold { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
