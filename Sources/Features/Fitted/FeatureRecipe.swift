/// What to learn about a fleet's columns, and what a detector is to see of them; which columns those are is said
/// elsewhere (`FeatureSpecification`).
public struct FeatureRecipe: Codable, Hashable, Sendable {
    /// How many operating regimes there are.
    public enum Regimes: Codable, Hashable, Sendable {
        /// As many as the settings fall into.
        case automatic
        /// One; the settings are not looked at.
        case none
        /// So many.
        case count(Int)

        /// The most regimes that may be asked for.
        public static let most = 1000

        /// Reads `auto`, `none` or a number; nil for any other text.
        public init?(_ text: String) {
            switch text {
            case "auto": self = .automatic
            case "none": self = .none
            default:
                guard let count = Int(text), (1...Regimes.most).contains(count) else { return nil }
                self = .count(count)
            }
        }
    }

    /// How the columns are scaled within a regime.
    public enum Scaling: String, Codable, Hashable, Sendable, CaseIterable {
        /// Mean 0, sample standard deviation 1.
        case zScore = "z-score"
        /// The range becomes [0, 1].
        case minMax = "min-max"
    }

    /// How many operating regimes there are.
    public var regimes: Regimes
    /// How the columns are scaled within a regime.
    public var scaling: Scaling
    /// What counts as a unit's own baseline.
    public var baseline: UnitBaseline
    /// What the detector sees of each scaled column, in this order.
    public var derived: [DerivedFeature]

    /// Takes the four; by default the columns scaled to [0, 1].
    public init(
        regimes: Regimes = .none, scaling: Scaling = .minMax, baseline: UnitBaseline = UnitBaseline(),
        derived: [DerivedFeature] = [.value]
    ) {
        self.regimes = regimes
        self.scaling = scaling
        self.baseline = baseline
        self.derived = derived
    }
}
