/// When scored records of one unit amount to an alarm, and when the alarm is over.
///
/// One record called anomalous may be noise, and a drifting engine is called at every cycle of its last weeks: a policy
/// makes one episode of them. It is raised at the record that completes `required` calls among the last `span` records,
/// because nobody can know earlier.
public struct AlarmPolicy: Hashable, Sendable, CustomStringConvertible {
    /// The most records a policy looks back on.
    public static let longestSpan = 64

    /// How many of the last `span` records must be called anomalous.
    public var required: Int
    /// How many records count.
    public var span: Int
    /// A standing alarm is kept up by scores down to `threshold · (1 − hysteresis)`; a share from 0 to 1.
    public var hysteresis: Double
    /// So many records in a row below that end the alarm.
    public var clear: Int
    /// Within so many records of its end an episode is taken up again instead of a new one being raised.
    public var cooldown: Int

    /// Takes all of it.
    ///
    /// - Precondition: `1 <= required <= span <= longestSpan`, `0 <= hysteresis <= 1`, `clear >= 1`, `cooldown >= 0`.
    public init(required: Int = 3, span: Int = 3, hysteresis: Double = 0, clear: Int = 1, cooldown: Int = 0) {
        precondition(1 <= required && required <= span && span <= AlarmPolicy.longestSpan)
        precondition((0...1).contains(hysteresis) && clear >= 1 && cooldown >= 0)
        self.required = required
        self.span = span
        self.hysteresis = hysteresis
        self.clear = clear
        self.cooldown = cooldown
    }

    /// Reads `K/N`, as in `3/5`; nil for any other text and for numbers that make no policy.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let required = Int(parts[0]), let span = Int(parts[1]), 1 <= required,
            required <= span, span <= AlarmPolicy.longestSpan
        else { return nil }
        self.init(required: required, span: span)
    }

    /// Whether `score` keeps up an alarm that stands under `threshold`.
    public func holds(_ score: Double, threshold: Double) -> Bool {
        score >= threshold - threshold.magnitude * hysteresis
    }

    /// `3/5`, and what else is set.
    public var description: String {
        var text = "\(required)/\(span)"
        if hysteresis > 0 { text += ", hysteresis \(hysteresis)" }
        if clear > 1 { text += ", clear \(clear)" }
        if cooldown > 0 { text += ", cooldown \(cooldown)" }
        return text
    }
}
