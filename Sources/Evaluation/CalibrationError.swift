/// How far confidences are from the truth: the expected calibration error (Guo et al. 2017, "On Calibration of Modern
/// Neural Networks", arXiv:1706.04599).
///
/// Decisions are put into bins of equal width by their confidence; the error is the mean over the bins, by weight, of the
/// distance between the mean confidence and the share of decisions that were right. 0 is perfect: of the decisions made
/// with a confidence of 0.8, eight in ten are right.
public struct CalibrationError: Sendable {
    /// The number of bins of the paper.
    public static let binCount = 15

    private var weights = [Double](repeating: 0, count: binCount)
    private var confidences = [Double](repeating: 0, count: binCount)
    private var right = [Double](repeating: 0, count: binCount)

    /// No decisions.
    public init() {}

    /// Takes a decision into account.
    ///
    /// - Parameter confidence: from 0 to 1; not-a-number is passed over.
    public mutating func add(confidence: Double, isRight: Bool, weight: Double = 1) {
        guard confidence >= 0, confidence <= 1 else { return }
        let bin = min(Int(confidence * Double(CalibrationError.binCount)), CalibrationError.binCount - 1)
        weights[bin] += weight
        confidences[bin] += weight * confidence
        if isRight { right[bin] += weight }
    }

    /// The expected calibration error; nil without decisions.
    public var value: Double? {
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        return weights.indices.reduce(0) { $0 + abs(right[$1] - confidences[$1]) } / total
    }
}

extension LabelledScores {
    /// The expected calibration error of the decisions that carry a confidence, by weight; nil where none does.
    public var calibrationError: Double? {
        var error = CalibrationError()
        for index in 0..<count where labels[index] >= 0 && decisions[index] >= 0 {
            error.add(
                confidence: confidences[index], isRight: decisions[index] == labels[index],
                weight: weights.isEmpty ? 1 : weights[index])
        }
        return error.value
    }
}
