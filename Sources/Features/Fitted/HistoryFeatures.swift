/// What a unit's past says of its scaled columns: exponentially weighted means, slopes, and deviations from the unit's own
/// baseline.
///
/// Memory of a unit, for c columns: rows to come until its baseline is known; rows counted in it; their mean (c); then for
/// each span the sum of the weights and the weighted mean (c).
public struct HistoryFeatures: FeatureStage {
    /// The columns taken, scaled so that the fleet's healthy mean is 0.
    public let columns: [String]
    /// What counts as a unit's own baseline.
    public let baseline: UnitBaseline
    /// What is made of each column, in this order: all columns' first feature, all columns' second, …
    public let derived: [DerivedFeature]
    /// The columns given.
    public let outputs: [String]
    /// The spans of all means, each once.
    private let spans: [Int]

    private enum CodingKeys: String, CodingKey {
        case columns, baseline, derived
    }

    /// Derives `derived` from `columns`.
    public init(columns: [String], baseline: UnitBaseline, derived: [DerivedFeature]) {
        self.columns = columns
        self.baseline = baseline
        self.derived = derived
        outputs = derived.flatMap { feature in columns.map(feature.name) }
        var spans: [Int] = []
        for span in derived.flatMap(\.spans) where !spans.contains(span) { spans.append(span) }
        self.spans = spans
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            columns: try container.decode([String].self, forKey: .columns),
            baseline: try container.decode(UnitBaseline.self, forKey: .baseline),
            derived: try container.decode([DerivedFeature].self, forKey: .derived))
    }

    /// The columns taken.
    public var inputs: [String] { columns }
    /// See above.
    public var memory: Int { 2 + columns.count + spans.count * (1 + columns.count) }
    /// Everything since the unit was first seen.
    public var history: Int { .max }

    /// Whether deviations from the baseline are among the features.
    var usesBaseline: Bool { derived.contains(where: \.usesBaseline) && baseline.weight != 0 }

    /// Prepares the memory; see `FeatureStage`.
    public func begin(_ memory: UnsafeMutableBufferPointer<Double>, at sight: FirstSight) {
        memory.update(repeating: 0)
        memory[0] = Double(baseline.rowsToCome(from: sight))
    }

    /// Rows on the fleet's baseline; see `FeatureStage`.
    public func rowsOnFleetBaseline(_ memory: UnsafeBufferPointer<Double>) -> Int {
        guard usesBaseline else { return 0 }
        if memory[0] == Double(UnitBaseline.neverKnown) { return .max }
        return max(0, Int(memory[0]) - 1)
    }

    /// Maps rows; see `FeatureStage`.
    public func apply(
        _ rows: UnsafeBufferPointer<Double>, count: Int, memory: UnsafeMutableBufferPointer<Double>,
        into result: UnsafeMutableBufferPointer<Double>
    ) {
        let width = columns.count
        precondition(
            rows.count >= count * width && memory.count == self.memory && result.count >= count * outputs.count)
        guard count > 0, var row = rows.baseAddress, var out = result.baseAddress, let memory = memory.baseAddress
        else { return }
        let decays = spans.map { 1 - 2 / (Double($0) + 1) }
        let writers = derived.map { Writer($0, spans: spans, width: width) }
        for _ in 0..<count {
            let share = remember(row, in: memory, decays: decays)
            for writer in writers {
                writer.write(row, memory, baselineShare: share, width: width, to: out)
                out += width
            }
            row += width
        }
    }

    /// Takes a row into the baseline and the means, and says what of the baseline's mean deviations subtract.
    private func remember(
        _ row: UnsafePointer<Double>, in memory: UnsafeMutablePointer<Double>, decays: [Double]
    ) -> Double {
        let width = columns.count
        if memory[0] > 0 {
            memory[0] -= 1
            memory[1] += 1
            let share = 1 / memory[1]
            let means = memory + 2
            for column in 0..<width { means[column] += (row[column] - means[column]) * share }
        }
        var at = memory + 2 + width
        for decay in decays {
            at[0] = at[0] * decay + 1
            let share = 1 / at[0]
            let means = at + 1
            for column in 0..<width { means[column] += (row[column] - means[column]) * share }
            at += 1 + width
        }
        let rows = memory[1]
        return rows > 0 ? baseline.weight * (rows / (rows + baseline.prior)) : 0
    }

    /// Checks names and numbers; see `FeatureStage`.
    public func validate() throws {
        guard !columns.isEmpty, !derived.isEmpty else {
            throw FeatureError.invalid("history: expected columns and features, found none")
        }
        try baseline.validate()
        try FeatureSpecification.checkDistinct(outputs)
    }
}

/// Writes one feature of all columns of a row.
private struct Writer {
    private let feature: DerivedFeature
    /// Where the feature's means begin in a unit's memory.
    private let places: [Int]

    init(_ feature: DerivedFeature, spans: [Int], width: Int) {
        self.feature = feature
        places = feature.spans.compactMap(spans.firstIndex).map { 2 + width + $0 * (1 + width) + 1 }
    }

    /// - Parameter share: the share of the baseline's mean that deviations subtract.
    @inline(__always)
    func write(
        _ row: UnsafePointer<Double>, _ memory: UnsafePointer<Double>, baselineShare share: Double, width: Int,
        to out: UnsafeMutablePointer<Double>
    ) {
        let baseline = memory + 2
        switch feature {
        case .value:
            for column in 0..<width { out[column] = row[column] }
        case .deviation:
            for column in 0..<width { out[column] = row[column] - baseline[column] * share }
        case .mean:
            let means = memory + places[0]
            for column in 0..<width { out[column] = means[column] }
        case .meanDeviation:
            let means = memory + places[0]
            for column in 0..<width { out[column] = means[column] - baseline[column] * share }
        case .slope:
            let (short, long) = (memory + places[0], memory + places[1])
            for column in 0..<width { out[column] = short[column] - long[column] }
        }
    }
}
