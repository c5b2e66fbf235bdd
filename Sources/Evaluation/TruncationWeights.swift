import SensorData

extension LabelledScores {
    /// Weights each record by the chance that it survives a cut of its unit at a uniformly random scored cycle:
    /// `(T − cycle + 1) / (T − first + 1)`, where T is the unit's last cycle and `first` its first scored one. For windows
    /// of 30 rows and units whose cycles begin at 1 that is `(RUL + 1) / (T − 29)`.
    ///
    /// Units that run to failure show far more of their end than units observed today. Weighted so, their prevalence
    /// comes close to what a fleet shows, and a threshold chosen on them is right for the fleet.
    ///
    /// - Throws: `DataError` when a unit does not run to failure (its last remaining useful life is above zero) or has no
    ///   cycles or remaining useful lives to tell.
    public mutating func weightByTruncation() throws {
        var firstCycle = [Int64](repeating: .max, count: unitIDs.count)
        var lastCycle = [Int64](repeating: .min, count: unitIDs.count)
        var leastLife = [Int64](repeating: .max, count: unitIDs.count)
        for index in 0..<count {
            let unit = Int(units[index])
            guard cycles[index] != LabelledScores.unknown, rul[index] != LabelledScores.unknown else {
                let missing = cycles[index] == LabelledScores.unknown ? "cycle" : "rul"
                throw DataError("unit \(unitIDs[unit]): truncation weights need \(missing), and a record has none")
            }
            firstCycle[unit] = min(firstCycle[unit], cycles[index])
            lastCycle[unit] = max(lastCycle[unit], cycles[index])
            leastLife[unit] = min(leastLife[unit], rul[index])
        }
        for (unit, life) in leastLife.enumerated() where life > 0 {
            throw DataError(
                "unit \(unitIDs[unit]): truncation weights are for units that run to failure; "
                    + "expected a last rul of 0, found \(life)")
        }
        weights = (0..<count).map { index in
            let unit = Int(units[index])
            return TruncationWeight.weight(
                cycle: cycles[index], firstScoredCycle: firstCycle[unit], lastCycle: lastCycle[unit])
        }
    }

    /// Gives every record the same weight.
    public mutating func removeWeights() {
        weights = []
    }
}

/// The weight of one record of a unit that ran to failure, for callers that have rows rather than records.
public enum TruncationWeight {
    /// The chance that a row survives when its unit is cut at a uniformly random cycle from `firstScoredCycle` to
    /// `lastCycle`: 1 for the first scored row, `1 / (number of scored cycles)` for the last.
    ///
    /// - Precondition: `firstScoredCycle <= cycle <= lastCycle`.
    public static func weight(cycle: Int64, firstScoredCycle: Int64, lastCycle: Int64) -> Double {
        precondition(firstScoredCycle <= cycle && cycle <= lastCycle)
        return Double(lastCycle - cycle + 1) / Double(lastCycle - firstScoredCycle + 1)
    }
}
