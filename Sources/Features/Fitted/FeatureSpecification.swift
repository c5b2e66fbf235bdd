/// What a model's features are: the columns it takes from the rows, and what to make of them.
///
/// A specification is what a configuration says; `FittedFeatures` is what training made of it.
public struct FeatureSpecification: Codable, Hashable, Sendable {
    /// The columns that say how the machine was run; empty where the recipe does not look at them.
    public var settings: [String]
    /// The columns that say how the machine is, in this order.
    public var columns: [String]
    /// What to make of them.
    public var recipe: FeatureRecipe

    /// Takes `columns` through `recipe`.
    public init(settings: [String] = [], columns: [String], recipe: FeatureRecipe = FeatureRecipe()) {
        self.settings = recipe.regimes == .none ? [] : settings
        self.columns = columns
        self.recipe = recipe
    }

    /// The columns taken from the rows: settings, then columns.
    public var inputs: [String] { settings + columns }

    /// Refuses what cannot be learned.
    ///
    /// - Throws: `FeatureError`.
    public func validate() throws {
        guard !columns.isEmpty else { throw FeatureError.noColumns(available: []) }
        try FeatureSpecification.checkDistinct(inputs)
        guard !recipe.derived.isEmpty else {
            throw FeatureError.invalid("no feature is derived from the columns; expected 'value' at least")
        }
        try recipe.baseline.validate()
    }

    /// Refuses names that occur twice.
    static func checkDistinct(_ names: [String]) throws {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw FeatureError.invalid("column '\(name)' is named twice in \(names.joined(separator: ", "))")
        }
    }
}
