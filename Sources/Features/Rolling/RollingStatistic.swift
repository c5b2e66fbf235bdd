/// A statistic of the last rows of a unit.
public enum RollingStatistic: String, Sendable, Hashable, Codable, CaseIterable {
    /// The arithmetic mean.
    case mean
    /// The sample standard deviation (divisor n − 1); 0 of a single row.
    case std
}
