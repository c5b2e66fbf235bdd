import SensorData

/// What a trainer learned about the columns of healthy units, and how it maps rows: the part of a model that training,
/// scoring and serving share.
///
///     rows ──► inputs ──► stage ──► stage ──► … ──► columns
///                           │         │
///                        memory    memory          (per unit)
///
/// A row is a vector of named numbers and every stage a function of a row and what it remembers of the unit. It stands in
/// `model.json` and is checked when it is read.
public struct FittedFeatures: Codable, Hashable, Sendable {
    /// The version of what `encode` writes.
    public static let formatVersion = 1

    /// The columns taken from the rows, in order.
    public let inputs: [String]
    /// The stages, in order.
    public let stages: [FittedStage]

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case inputs
        case stages
    }

    /// The features that `stages` make of `inputs`.
    ///
    /// - Throws: `FeatureError.invalid` where a stage does not fit the one before it.
    public init(inputs: [String], stages: [FittedStage]) throws {
        self.inputs = inputs
        self.stages = stages
        guard !inputs.isEmpty else { throw FeatureError.noColumns(available: []) }
        try FeatureSpecification.checkDistinct(inputs)
        var columns = inputs
        for (index, stage) in stages.map(\.stage).enumerated() {
            guard stage.inputs == columns else {
                throw FeatureError.invalid(
                    "feature stage \(index + 1) takes \(stage.inputs.joined(separator: ", ")), "
                        + "but is given \(columns.joined(separator: ", "))")
            }
            try stage.validate()
            columns = stage.outputs
        }
    }

    /// Reads and checks what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(Int.self, forKey: .formatVersion)
        guard version == FittedFeatures.formatVersion else {
            throw FeatureError.invalid(
                "features of format version \(version); expected \(FittedFeatures.formatVersion)")
        }
        try self.init(
            inputs: container.decode([String].self, forKey: .inputs),
            stages: container.decode([FittedStage].self, forKey: .stages))
    }

    /// Writes the version, the inputs and what was learned.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(FittedFeatures.formatVersion, forKey: .formatVersion)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(stages, forKey: .stages)
    }

    /// The columns that come out, in order.
    public var columns: [String] { stages.last?.stage.outputs ?? inputs }
    /// How many doubles are remembered of a unit.
    public var memory: Int { stages.reduce(0) { $0 + $1.stage.memory } }
    /// How many rows of a unit's past its features use: 0 when a row speaks for itself, `Int.max` when all count.
    public var history: Int {
        stages.reduce(0) { sum, stage in
            let (total, overflow) = sum.addingReportingOverflow(stage.stage.history)
            return overflow ? .max : total
        }
    }

    /// Learns `specification` from a table.
    ///
    /// - Parameters:
    ///   - table: has the specification's inputs, in its order.
    ///   - mask: for each row, whether the scale of the columns is learned from it: healthy rows of training units.
    /// - Throws: `FeatureError`.
    public static func fit(
        _ specification: FeatureSpecification, to table: FeatureTable, where mask: [Bool]
    ) throws -> FittedFeatures {
        try specification.validate()
        precondition(mask.count == table.rowCount, "one flag per row")
        guard table.columns == specification.inputs else {
            throw FeatureError.invalid("the table has other columns than the specification")
        }
        let recipe = specification.recipe
        var stages: [FittedStage] = []
        if recipe.regimes == .none, recipe.scaling == .minMax {
            let scaling = try MinMaxScaling(columns: specification.columns, learnedFrom: table.values, where: mask)
            stages.append(.minMax(scaling))
        } else {
            let scaling = try RegimeScaling(specification, learnedFrom: table.values, where: mask)
            stages.append(.regimeScaling(scaling))
        }
        if recipe.derived != [.value] {
            let history = HistoryFeatures(
                columns: specification.columns, baseline: recipe.baseline, derived: recipe.derived)
            stages.append(.history(history))
        }
        return try FittedFeatures(inputs: specification.inputs, stages: stages)
    }

    /// The operating regimes; nil where the columns are scaled the same everywhere.
    public var regimes: RegimeScaling? {
        for case .regimeScaling(let scaling) in stages { return scaling }
        return nil
    }

    /// Whether they tell how far a unit is from its own baseline.
    public var usesBaseline: Bool {
        for case .history(let history) in stages where history.usesBaseline { return true }
        return false
    }

    /// The features as a stream of `available` columns can have them: where there is one operating regime only, its
    /// settings may be missing, and nobody is told when a row is far from it.
    public func adapted(to available: [String]) throws -> FittedFeatures {
        guard case .regimeScaling(let scaling) = stages.first, let adapted = try scaling.ignoringSettings(),
            !scaling.settings.allSatisfy(available.contains)
        else { return self }
        return try FittedFeatures(inputs: adapted.inputs, stages: [.regimeScaling(adapted)] + stages.dropFirst())
    }

    /// Maps all rows of a table, each unit from its beginning.
    ///
    /// - Returns: row-major, shape (table.rowCount, columns.count).
    public func apply(_ table: FeatureTable) -> [Float] {
        precondition(table.columns == inputs, "the table has the columns that the features take")
        var mapper = RunMapper(self)
        var memory = [Double](repeating: 0, count: self.memory)
        var result: [Float] = []
        result.reserveCapacity(table.rowCount * columns.count)
        for unit in table.units where !unit.rows.isEmpty {
            let cycle = table.cycles.isEmpty ? nil : table.cycles[unit.rows.lowerBound]
            mapper.begin(&memory, at: 0, FirstSight(cycle: cycle))
            let run = unit.rows.lowerBound * inputs.count..<unit.rows.upperBound * inputs.count
            mapper.map(table.values[run], memory: &memory, at: 0) { mapped in
                for value in mapped { result.append(Float(value)) }
            }
        }
        return result
    }
}
