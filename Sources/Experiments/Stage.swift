/// How far a model version has come.
public enum Stage: String, CaseIterable, Codable, Sendable {
    /// Registered, and nothing more.
    case none = "None"
    /// On trial.
    case staging = "Staging"
    /// The one that judges.
    case production = "Production"
    /// No longer in use.
    case archived = "Archived"

    /// The alias that moves with the stage; only one version at a time has it.
    public var alias: String? {
        switch self {
        case .production: "prod"
        case .staging: "staging"
        case .none, .archived: nil
        }
    }

    /// Reads a stage as people write it: `production`, `prod`, `Staging`.
    public init?(named text: String) {
        let lower = text.lowercased()
        guard let stage = Stage.allCases.first(where: { $0.rawValue.lowercased() == lower || $0.alias == lower }) else {
            return nil
        }
        self = stage
    }
}
