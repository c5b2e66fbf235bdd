/// 95 % intervals of the metrics when whole units are drawn with replacement.
///
/// The records of one engine resemble each other, so that drawing records would promise far more certainty than a fleet of
/// some dozens of engines can give (cluster bootstrap: Field, Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x).
public struct UnitBootstrap: Equatable, Sendable {
    /// How many fleets were drawn.
    public let replicates: Int
    /// The interval of each metric, from the 2.5th to the 97.5th percentile over the draws in which it is defined; nil when
    /// it is defined in none.
    public let f1, precision, recall, areaUnderROC, averagePrecision: ClosedRange<Double>?

    /// Draws `replicates` fleets from the labelled records of `data`, judged by the decisions they carry.
    ///
    /// - Returns: nil when `replicates` is 0 or there are fewer than two units.
    /// - Complexity: O(n log n + replicates · n).
    public init?(_ data: LabelledScores, replicates: Int, using generator: inout some RandomNumberGenerator) {
        guard replicates > 0, data.unitIDs.count > 1 else { return nil }
        self.replicates = replicates
        let ranking = Ranking(data)
        let perUnit = UnitBootstrap.confusionOfEachUnit(data)
        var samples = [[Double]](repeating: [], count: 5)
        var draws = [Double](repeating: 0, count: data.unitIDs.count)
        for _ in 0..<replicates {
            for unit in draws.indices { draws[unit] = 0 }
            for _ in draws.indices {
                let unit = generator.next().multipliedFullWidth(by: UInt64(draws.count)).high
                draws[Int(unit)] += 1
            }
            var sum = ConfusionMatrix()
            for (unit, times) in draws.enumerated() where times > 0 { sum.add(perUnit[unit], times: times) }
            let areas = ranking.areas(unitWeights: draws)
            let metrics = [sum.f1, sum.precision, sum.recall, areas.underROC, areas.averagePrecision]
            for (place, value) in metrics.enumerated() {
                if let value { samples[place].append(value) }
            }
        }
        let intervals = samples.map { values -> ClosedRange<Double>? in
            guard !values.isEmpty else { return nil }
            let sorted = values.sorted()
            return ThresholdSweep.quantile(
                ofSorted: sorted, share: 0.025)...ThresholdSweep.quantile(
                    ofSorted: sorted, share: 0.975)
        }
        f1 = intervals[0]
        precision = intervals[1]
        recall = intervals[2]
        areaUnderROC = intervals[3]
        averagePrecision = intervals[4]
    }

    private static func confusionOfEachUnit(_ data: LabelledScores) -> [ConfusionMatrix] {
        var result = [ConfusionMatrix](repeating: ConfusionMatrix(), count: data.unitIDs.count)
        for index in 0..<data.count where data.labels[index] >= 0 && data.decisions[index] >= 0 {
            let weight = data.weights.isEmpty ? 1 : data.weights[index]
            result[Int(data.units[index])].count(
                isAnomalous: data.labels[index] == 1, isCalled: data.decisions[index] == 1, weight: weight)
        }
        return result
    }
}

/// The labelled records by falling score, ready to be summed again and again under other weights.
private struct Ranking {
    struct Entry {
        var unit: Int32
        var isPositive: Bool
        var endsTie: Bool
        var weight: Double
    }
    private var entries: [Entry] = []

    init(_ data: LabelledScores) {
        let order = OperatingCurve.descendingOrder(data)
        entries.reserveCapacity(order.count)
        for (place, record) in order.enumerated() {
            let index = Int(record)
            entries.append(
                Entry(
                    unit: data.units[index], isPositive: data.labels[index] == 1,
                    endsTie: place + 1 == order.count || data.scores[Int(order[place + 1])] != data.scores[index],
                    weight: data.weights.isEmpty ? 1 : data.weights[index]))
        }
    }

    /// The metrics of `OperatingCurve`, where each record weighs `unitWeights` times as much.
    func areas(unitWeights: [Double]) -> (underROC: Double?, averagePrecision: Double?) {
        var truePositive = 0.0
        var falsePositive = 0.0
        var above = (truePositive: 0.0, falsePositive: 0.0)
        var area = 0.0
        var precisionSum = 0.0
        entries.withUnsafeBufferPointer { entries in
            unitWeights.withUnsafeBufferPointer { unitWeights in
                for entry in entries {
                    let weight = entry.weight * unitWeights[Int(entry.unit)]
                    if entry.isPositive { truePositive += weight } else { falsePositive += weight }
                    guard entry.endsTie else { continue }
                    area += (falsePositive - above.falsePositive) * (truePositive + above.truePositive) / 2
                    if truePositive > above.truePositive {
                        precisionSum +=
                            (truePositive - above.truePositive) * truePositive / (truePositive + falsePositive)
                    }
                    above = (truePositive, falsePositive)
                }
            }
        }
        return (
            truePositive > 0 && falsePositive > 0 ? area / (truePositive * falsePositive) : nil,
            truePositive > 0 ? precisionSum / truePositive : nil
        )
    }
}
