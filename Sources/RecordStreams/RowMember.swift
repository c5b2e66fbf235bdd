import SensorData

/// What a member of a row is.
enum RowMember: Hashable {
    case unitID
    case cycle
    case timestamp
    case rul
    case isAnomaly
    case column(Int)
    /// Passed through as it stands.
    case text
    /// A member that only windows or scored records have.
    case foreign

    /// The meaning of a name that the format defines.
    init?(name: String) {
        switch name {
        case "unit_id": self = .unitID
        case "cycle": self = .cycle
        case "timestamp": self = .timestamp
        case "rul": self = .rul
        case "is_anomaly": self = .isAnomaly
        case "window", "anomaly_score": self = .foreign
        default: return nil
        }
    }

    /// The schema key a member stands for, where it is one.
    var key: RowSchema.Keys? {
        switch self {
        case .cycle: .cycle
        case .timestamp: .timestamp
        case .rul: .rul
        case .isAnomaly: .isAnomaly
        default: nil
        }
    }
}
