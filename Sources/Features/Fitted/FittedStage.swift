/// The stages there are, as they stand in a bundle: an object whose `kind` says which, beside what it learned.
public enum FittedStage: Codable, Hashable, Sendable {
    /// Each column's healthy range becomes [0, 1].
    case minMax(MinMaxScaling)

    private enum Key: String, CodingKey {
        case kind
    }

    /// The stage's behaviour.
    public var stage: any FeatureStage {
        switch self {
        case .minMax(let stage): stage
        }
    }

    /// The step that made it.
    public var step: FeatureSpecification.Step {
        switch self {
        case .minMax: .minMax
        }
    }

    /// Learns `step` from rows.
    ///
    /// - Parameters:
    ///   - columns: what the stages before give.
    ///   - rows: row-major, shape (mask.count, columns.count).
    ///   - mask: the rows that count as healthy.
    static func learn(
        _ step: FeatureSpecification.Step, columns: [String], from rows: [Double], where mask: [Bool]
    ) throws -> FittedStage {
        switch step {
        case .minMax: .minMax(try MinMaxScaling(columns: columns, learnedFrom: rows, where: mask))
        }
    }

    /// Reads the stage that `kind` names.
    public init(from decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: Key.self).decode(FeatureSpecification.Step.self, forKey: .kind)
        switch kind {
        case .minMax: self = .minMax(try MinMaxScaling(from: decoder))
        }
    }

    /// Writes `kind` beside what was learned.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(step, forKey: .kind)
        try stage.encode(to: encoder)
    }
}
