/// The stages there are, as they stand in a bundle: an object whose `kind` says which, beside what it learned.
public enum FittedStage: Codable, Hashable, Sendable {
    /// Each column's healthy range becomes [0, 1].
    case minMax(MinMaxScaling)
    /// Each column is scaled within its operating regime.
    case regimeScaling(RegimeScaling)
    /// Means, slopes and deviations from the unit's own baseline.
    case history(HistoryFeatures)

    private enum Key: String, CodingKey {
        case kind
    }

    private enum Kind: String, Codable {
        case minMax = "min-max"
        case regimeScaling = "regime-scaling"
        case history
    }

    /// The stage's behaviour.
    public var stage: any FeatureStage {
        switch self {
        case .minMax(let stage): stage
        case .regimeScaling(let stage): stage
        case .history(let stage): stage
        }
    }

    private var kind: Kind {
        switch self {
        case .minMax: .minMax
        case .regimeScaling: .regimeScaling
        case .history: .history
        }
    }

    /// Reads the stage that `kind` names.
    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
        case .minMax: self = .minMax(try MinMaxScaling(from: decoder))
        case .regimeScaling: self = .regimeScaling(try RegimeScaling(from: decoder))
        case .history: self = .history(try HistoryFeatures(from: decoder))
        }
    }

    /// Writes `kind` beside what was learned.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        try stage.encode(to: encoder)
    }
}
