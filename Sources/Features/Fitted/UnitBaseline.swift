import SensorData

/// Where a unit began: the mean of each scaled column over its first cycles, drawn towards the fleet's.
///
/// Scaled columns have the fleet's healthy mean at 0. After n rows of the unit's first `cycles` cycles the baseline is
/// b = n / (n + `prior`) times their mean; a unit that was not seen that early has b = 0, the fleet's.
public struct UnitBaseline: Codable, Hashable, Sendable {
    /// The cycles, from 1, over which the mean is taken.
    public var cycles: Int
    /// How many rows of evidence the fleet's baseline counts for.
    public var prior: Double
    /// The share w of the baseline that deviations subtract.
    public var weight: Double

    /// Takes the three.
    public init(cycles: Int = 20, prior: Double = 0, weight: Double = 1) {
        self.cycles = cycles
        self.prior = prior
        self.weight = weight
    }

    /// Refuses what makes no sense.
    ///
    /// - Throws: `FeatureError.invalid`.
    func validate() throws {
        guard (1...DerivedFeature.longestSpan).contains(cycles), prior >= 0, prior.isFinite, weight.isFinite else {
            throw FeatureError.invalid(
                "baseline: expected cycles from 1 to \(DerivedFeature.longestSpan) and a prior of at least 0, "
                    + "found \(cycles) and \(prior)")
        }
    }

    /// How many rows of a unit are still to come until its own baseline is known; `neverKnown` when its first cycles have
    /// passed unseen.
    func rowsToCome(from sight: FirstSight) -> Int {
        switch sight {
        case .beginning: cycles
        case .cycle(let cycle): cycle > Int64(cycles) ? UnitBaseline.neverKnown : cycles - Int(max(cycle, 1)) + 1
        case .midLife: UnitBaseline.neverKnown
        }
    }

    static let neverKnown = -1
}

/// What is known of a unit's age when it is seen for the first time.
public enum FirstSight: Hashable, Sendable {
    /// Nothing: it is taken to begin.
    case beginning
    /// The cycle of its first row.
    case cycle(Int64)
    /// That nothing of its past will ever be known: a window without the rows before it.
    case midLife
}

extension FirstSight {
    /// A row of `cycle`, nil or `RowBatch.unknown` where that is not known.
    init(cycle: Int64?) {
        guard let cycle, cycle != RowBatch.unknown else {
            self = .beginning
            return
        }
        self = .cycle(cycle)
    }
}
