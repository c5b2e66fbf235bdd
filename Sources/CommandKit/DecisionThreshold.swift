/// The option `--threshold` of programs that decide by a score.
public enum DecisionThreshold {
    /// `threshold`, where it is one that scores can reach or miss; nil where none was given.
    ///
    /// - Throws: `UsageError`.
    public static func checked(_ threshold: Double?) throws -> Double? {
        guard let threshold, !(0...1).contains(threshold) else { return threshold }
        throw UsageError("--threshold: expected a number from 0 to 1, found \(threshold)")
    }
}
