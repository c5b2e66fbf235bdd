/// What a model's features are: the columns it takes from the rows, and what to learn about them, in order.
///
/// A specification is what a configuration says; `FittedFeatures` is what training made of it.
public struct FeatureSpecification: Codable, Hashable, Sendable {
    /// One step to learn.
    public enum Step: String, Codable, Hashable, Sendable, CaseIterable {
        /// Each column's healthy range becomes [0, 1]: `MinMaxScaling`.
        case minMax = "min-max"
    }

    /// The columns read from the rows, in this order.
    public var columns: [String]
    /// What to learn, in order; each step takes what the one before it gives.
    public var steps: [Step]

    /// Takes `columns` through `steps`.
    public init(columns: [String], steps: [Step] = [.minMax]) {
        self.columns = columns
        self.steps = steps
    }

    /// Refuses what cannot be learned.
    ///
    /// - Throws: `FeatureError`.
    public func validate() throws {
        guard !columns.isEmpty else { throw FeatureError.noColumns(available: []) }
        guard Set(columns).count == columns.count else {
            throw FeatureError.invalid("a column is named twice in \(columns.joined(separator: ", "))")
        }
    }
}
