/// What a detector sees of a scaled column x, by the name that follows the column's: `sensor_2` and `ewm_5` make
/// `sensor_2_ewm_5`.
///
/// b is the unit's own baseline (`UnitBaseline`). An exponentially weighted mean of span N weighs the row i cycles ago by
/// (1 − 2 / (N + 1))^i, as pandas' `ewm(span=N, adjust=True)` does.
public enum DerivedFeature: Hashable, Sendable {
    /// `value`: x itself; the column keeps its name.
    case value
    /// `dev`: x − w·b, how far the unit is from where it began; the column keeps its name.
    case deviation
    /// `ewm_N`: the exponentially weighted mean of x.
    case mean(span: Int)
    /// `dev_ewm_N`: the exponentially weighted mean of x, less w·b.
    case meanDeviation(span: Int)
    /// `slope_N_M`: the mean of span N less that of span M.
    case slope(short: Int, long: Int)

    /// The longest span, in cycles.
    public static let longestSpan = 100_000

    /// Reads `value`, `dev`, `ewm_N`, `dev_ewm_N` or `slope_N_M`; nil for any other text, and for spans out of range.
    public init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        let spans = parts.compactMap { Int($0) }
        let words = parts.dropLast(spans.count).joined(separator: "_")
        guard spans.allSatisfy({ (1...DerivedFeature.longestSpan).contains($0) }) else { return nil }
        switch (words, spans.count) {
        case ("value", 0): self = .value
        case ("dev", 0): self = .deviation
        case ("ewm", 1): self = .mean(span: spans[0])
        case ("dev_ewm", 1): self = .meanDeviation(span: spans[0])
        case ("slope", 2) where spans[0] < spans[1]: self = .slope(short: spans[0], long: spans[1])
        default: return nil
        }
    }

    /// The spans whose means it needs.
    var spans: [Int] {
        switch self {
        case .value, .deviation: []
        case .mean(let span), .meanDeviation(let span): [span]
        case .slope(let short, let long): [short, long]
        }
    }

    /// Whether it needs the unit's baseline.
    public var usesBaseline: Bool {
        switch self {
        case .deviation, .meanDeviation: true
        case .value, .mean, .slope: false
        }
    }

    /// What becomes of the name of a column.
    func name(of column: String) -> String {
        switch self {
        case .value, .deviation: column
        case .mean, .meanDeviation, .slope: "\(column)_\(self)"
        }
    }
}

extension DerivedFeature: CustomStringConvertible {
    /// The text that `init(_:)` reads.
    public var description: String {
        switch self {
        case .value: "value"
        case .deviation: "dev"
        case .mean(let span): "ewm_\(span)"
        case .meanDeviation(let span): "dev_ewm_\(span)"
        case .slope(let short, let long): "slope_\(short)_\(long)"
        }
    }
}

extension DerivedFeature: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let feature = DerivedFeature(text) else {
            throw FeatureError.invalid(
                "feature '\(text)' is unknown; expected value, dev, ewm_N, dev_ewm_N or slope_N_M")
        }
        self = feature
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
