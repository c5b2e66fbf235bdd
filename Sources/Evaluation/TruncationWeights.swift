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

    /// True when truncation weights apply: every unit is seen to its end, and its cycles are known.
    public var runsToFailure: Bool {
        var sawEnd = [Bool](repeating: false, count: unitIDs.count)
        for index in 0..<count {
            guard cycles[index] != LabelledScores.unknown, rul[index] != LabelledScores.unknown else { return false }
            if rul[index] <= 0 { sawEnd[Int(units[index])] = true }
        }
        return !sawEnd.isEmpty && sawEnd.allSatisfy { $0 }
    }

    /// Weights the records as `weighting` says, `automatic` by what the units are.
    ///
    /// - Returns: `none` or `truncation`, whichever was done.
    /// - Throws: `DataError` as `weightByTruncation()`.
    @discardableResult
    public mutating func weight(_ weighting: RecordWeighting) throws -> RecordWeighting {
        switch weighting {
        case .truncation: try weightByTruncation()
        case .automatic where runsToFailure: try weightByTruncation()
        case .automatic, .none: removeWeights()
        }
        return weights.isEmpty ? .none : .truncation
    }

    /// Gives every record the same weight.
    public mutating func removeWeights() {
        weights = []
    }
}

/// How much a record counts.
public enum RecordWeighting: String, CaseIterable, Sendable {
    /// Truncation weights when every unit runs to failure, else none.
    case automatic = "auto"
    /// By the chance that it survives a random cut of its unit (`LabelledScores.weightByTruncation()`).
    case truncation
    /// All the same.
    case none
}

/// The weight of one record of a unit that ran to failure, for callers that have rows rather than records.
public enum TruncationWeight {
    /// The chance that a row survives when its unit is cut at a uniformly random cycle from `firstScoredCycle` to
    /// `lastCycle`: 1 for the first scored row, `1 / (number of scored cycles)` for the last.
    ///
    /// - Precondition: `firstScoredCycle <= cycle <= lastCycle`.
    public static func weight(cycle: Int64, firstScoredCycle: Int64, lastCycle: Int64) -> Double {
        precondition(firstScoredCycle <= cycle && cycle <= lastCycle)
        return count(from: cycle, through: lastCycle) / count(from: firstScoredCycle, through: lastCycle)
    }

    /// How many cycles there are, also where they lie farther apart than an `Int64` reaches.
    private static func count(from first: Int64, through last: Int64) -> Double {
        Double(UInt64(bitPattern: last &- first)) + 1
    }
}
