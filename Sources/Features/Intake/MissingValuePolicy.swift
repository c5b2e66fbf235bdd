/// What becomes of a row in which a needed value is missing (JSON `null`, NaN, infinite).
public enum MissingValuePolicy: String, Sendable, Codable, CaseIterable {
    /// The stream is bad data.
    case error
    /// The unit's last value stands in; a row before a unit's first complete one is skipped.
    case hold
    /// The row is skipped.
    case drop
}
