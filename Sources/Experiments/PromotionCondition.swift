/// The condition on which a version becomes the one in Production: `val_ap > current`, `val_f1 >= 0.8 and val_ap > current`.
///
/// Metrics are those of the versions' runs. `current` is the same metric of the version in Production; without such a version,
/// or where its run lacks the metric, a comparison with it holds. A metric that the new version lacks makes it fail.
public struct PromotionCondition: Hashable, Sendable, CustomStringConvertible {
    /// What was written.
    public let description: String
    private let comparisons: [Comparison]

    private struct Comparison: Hashable, Sendable {
        var metric: String
        var relation: String
        /// nil is `current`.
        var bound: Double?
    }

    private static let relations: [(text: String, holds: @Sendable (Double, Double) -> Bool)] = [
        (">=", { $0 >= $1 }), ("<=", { $0 <= $1 }), (">", { $0 > $1 }), ("<", { $0 < $1 }),
    ]

    /// Reads a condition.
    ///
    /// - Throws: `TrackingSetupError` when it is none.
    public init(_ text: String) throws {
        description = text
        comparisons = try text.components(separatedByWord: "and").map { part in
            let words = PromotionCondition.words(part)
            guard words.count == 3, PromotionCondition.relations.contains(where: { $0.text == words[1] }),
                words[2] == "current" || Double(words[2])?.isFinite == true, Double(words[0]) == nil
            else {
                throw TrackingSetupError(
                    "'\(text)' is no condition; expected METRIC > current, or a number instead of current, with >, >=, < or <="
                )
            }
            return Comparison(metric: words[0], relation: words[1], bound: Double(words[2]))
        }
    }

    /// The names of the metrics.
    public var metrics: [String] { comparisons.map(\.metric) }

    /// Whether the condition holds of a version whose run has `metrics`, and why or why not.
    ///
    /// - Parameter current: the metrics of the version in Production; nil without one.
    public func holds(of metrics: [String: Double], current: [String: Double]?) -> (holds: Bool, why: String) {
        var reasons: [String] = []
        for comparison in comparisons {
            guard let value = metrics[comparison.metric], !value.isNaN else {
                return (false, "its run has no \(comparison.metric)")
            }
            guard let bound = comparison.bound ?? current?[comparison.metric], !bound.isNaN else {
                reasons.append("\(comparison.metric) \(value), and none in Production to compare with")
                continue
            }
            let relation = PromotionCondition.relations.first { $0.text == comparison.relation }
            guard relation?.holds(value, bound) == true else {
                return (false, "\(comparison.metric) \(value) is not \(comparison.relation) \(bound)")
            }
            reasons.append("\(comparison.metric) \(value) \(comparison.relation) \(bound)")
        }
        return (true, reasons.joined(separator: ", "))
    }

    /// Names, relations and numbers, with or without spaces between them.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for character in text {
            let isRelation = character == ">" || character == "<" || character == "="
            let wasRelation = word.first.map { $0 == ">" || $0 == "<" } ?? false
            if character == " " || (!word.isEmpty && isRelation != wasRelation) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if character != " " { word.append(character) }
        }
        return word.isEmpty ? words : words + [word]
    }
}

extension String {
    /// The parts between the word `word`.
    fileprivate func components(separatedByWord word: String) -> [String] {
        var parts: [[Substring]] = [[]]
        for piece in split(separator: " ") {
            if piece == word { parts.append([]) } else { parts[parts.count - 1].append(piece) }
        }
        return parts.map { $0.joined(separator: " ") }
    }
}
