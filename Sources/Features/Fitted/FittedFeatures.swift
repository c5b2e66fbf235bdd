import SensorData

/// What a trainer learned about the columns of healthy units, and how it maps rows: the part of a model that training,
/// scoring and serving share.
///
///     rows ──► inputs ──► stage ──► stage ──► … ──► columns
///                           │         │
///                        memory    memory          (per unit)
///
/// A row is a vector of named numbers and every stage a function of a row and what it remembers of the unit, so that
/// regimes, a unit's own baseline, weighted means and slopes are further stages, and no caller changes when they come.
/// It stands in `model.json` and is checked when it is read.
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
        try FeatureSpecification(columns: inputs, steps: stages.map(\.step)).validate()
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
    /// How many rows of a unit's past its features use; 0 when a row speaks for itself.
    public var history: Int { stages.reduce(0) { $0 + $1.stage.history } }

    /// Learns `specification` from a table.
    ///
    /// Stage after stage is learned from the mapped rows of those before it. Only rows in `mask` are learned from; the
    /// other rows of their units pass through as the past of those rows.
    ///
    /// - Parameters:
    ///   - table: has the specification's columns, in its order.
    ///   - mask: for each row, whether it is a healthy row of a training unit.
    /// - Throws: `FeatureError`.
    public static func fit(
        _ specification: FeatureSpecification, to table: FeatureTable, where mask: [Bool]
    ) throws -> FittedFeatures {
        try specification.validate()
        precondition(mask.count == table.rowCount, "one flag per row")
        guard table.columns == specification.columns else {
            throw FeatureError.invalid("the table has other columns than the specification")
        }
        var stages: [FittedStage] = []
        var columns = specification.columns
        var rows = table.values
        for (index, step) in specification.steps.enumerated() {
            let stage = try FittedStage.learn(step, columns: columns, from: rows, where: mask)
            stages.append(stage)
            guard index < specification.steps.count - 1 else { break }
            rows = try FittedFeatures(inputs: columns, stages: [stage]).mapped(rows, table)
            columns = stage.stage.outputs
        }
        return try FittedFeatures(inputs: specification.columns, stages: stages)
    }

    /// Maps all rows of a table, each unit from its beginning.
    ///
    /// - Returns: row-major, shape (table.rowCount, columns.count).
    public func apply(_ table: FeatureTable) -> [Float] {
        precondition(table.columns == inputs, "the table has the columns that the features take")
        return mapped(table.values, table).map(Float.init)
    }

    private func mapped(_ values: [Double], _ table: FeatureTable) -> [Double] {
        var mapper = RunMapper(self)
        var memory = [Double](repeating: 0, count: self.memory)
        var result: [Double] = []
        result.reserveCapacity(table.rowCount * columns.count)
        for unit in table.units {
            let cycle = table.cycles.isEmpty || unit.rows.isEmpty ? nil : table.cycles[unit.rows.lowerBound]
            mapper.begin(&memory, at: 0, cycle: cycle)
            let run = unit.rows.lowerBound * inputs.count..<unit.rows.upperBound * inputs.count
            mapper.map(values[run], memory: &memory, at: 0) { result.append(contentsOf: $0) }
        }
        return result
    }
}
