/// What a threshold is chosen for.
public enum ThresholdObjective: Equatable, Sendable, CustomStringConvertible {
    /// The highest F-score, in which recall counts `beta` times as much as precision; F1 is `beta` 1.
    case fScore(beta: Double)
    /// The lowest cost, where each missed anomalous record costs `miss` and each healthy record called anomalous
    /// `falseAlarm`.
    case cost(miss: Double, falseAlarm: Double)
    /// The highest recall with at most `per1000` false alarms per 1000 healthy records.
    case falseAlarms(per1000: Double)
    /// The score below which the share `share` of all records lies: needs no labels.
    case quantile(share: Double)

    /// Reads `f1`, `fbeta:BETA`, `cost:MISS:ALARM`, `false-alarms:PER1000` or `quantile:Q`.
    ///
    /// Nil for any other text and for numbers out of range: BETA, MISS, ALARM above 0, PER1000 from 0 to 1000, Q from 0
    /// to 1.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().map { Double($0) ?? .nan }
        guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
        switch (parts.first, numbers.count) {
        case ("f1", 0): self = .fScore(beta: 1)
        case ("fbeta", 1) where numbers[0] > 0: self = .fScore(beta: numbers[0])
        case ("cost", 2) where numbers[0] > 0 && numbers[1] > 0: self = .cost(miss: numbers[0], falseAlarm: numbers[1])
        case ("false-alarms", 1) where numbers[0] <= 1000: self = .falseAlarms(per1000: numbers[0])
        case ("quantile", 1) where numbers[0] <= 1: self = .quantile(share: numbers[0])
        default: return nil
        }
    }

    /// The text that `init(_:)` reads.
    public var description: String {
        switch self {
        case .fScore(let beta): beta == 1 ? "f1" : "fbeta:\(Self.short(beta))"
        case .cost(let miss, let falseAlarm): "cost:\(Self.short(miss)):\(Self.short(falseAlarm))"
        case .falseAlarms(let per1000): "false-alarms:\(Self.short(per1000))"
        case .quantile(let share): "quantile:\(Self.short(share))"
        }
    }

    private static func short(_ number: Double) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// True when the choice depends on the truth of the records.
    public var needsLabels: Bool {
        if case .quantile = self { false } else { true }
    }

    /// The objective's value: the F-score, the cost per record, the recall; nil where it is undefined.
    public func value(of confusion: ConfusionMatrix) -> Double? {
        switch self {
        case .fScore(let beta): confusion.fScore(beta: beta)
        case .cost(let miss, let falseAlarm):
            confusion.total > 0
                ? (miss * confusion.falseNegatives + falseAlarm * confusion.falsePositives) / confusion.total : nil
        case .falseAlarms: confusion.recall
        case .quantile: nil
        }
    }

    /// True when `one` is to be preferred to `other`; the caller keeps the lower threshold of equals.
    func prefers(_ one: ConfusionMatrix, to other: ConfusionMatrix) -> Bool {
        guard let value = value(of: one) else { return false }
        guard let otherValue = self.value(of: other) else { return true }
        switch self {
        case .fScore: return value > otherValue
        case .cost: return value < otherValue
        case .falseAlarms:
            return value > otherValue || value == otherValue && one.falsePositives < other.falsePositives
        case .quantile: return false
        }
    }

    /// True when `confusion` keeps within what the objective allows.
    func allows(_ confusion: ConfusionMatrix) -> Bool {
        guard case .falseAlarms(let per1000) = self else { return true }
        return confusion.falsePositives * 1000 <= per1000 * confusion.negatives
    }
}
