/// How far confidences are from the truth: the expected calibration error (Guo et al. 2017, "On Calibration of Modern
/// Neural Networks", arXiv:1706.04599).
///
/// Decisions are put into bins of equal width by their confidence; the error is the mean over the bins, by weight, of the
/// distance between the mean confidence and the share of decisions that were right. 0 is perfect: of the decisions made
/// with a confidence of 0.8, eight in ten are right.
public struct CalibrationError: Sendable {
    /// The number of bins of the paper.
    public static let binCount = 15

    /// The decisions of like confidence.
    public struct Bin: Sendable {
        /// The confidences that fall into it; the last bin holds 1 as well.
        public let confidences: Range<Double>
        /// How many decisions there are, whatever their weight.
        public let count: Int
        /// Their mean confidence.
        public let confidence: Double
        /// The share of them that were right.
        public let right: Double
    }

    private var counts = [Int](repeating: 0, count: binCount)
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
        counts[bin] += 1
        weights[bin] += weight
        confidences[bin] += weight * confidence
        if isRight { right[bin] += weight }
    }

    /// The bins that hold decisions of any weight, by rising confidence: a reliability diagram.
    public var bins: [Bin] {
        let width = 1 / Double(CalibrationError.binCount)
        return weights.indices.filter { weights[$0] > 0 }.map { index in
            Bin(
                confidences: width * Double(index)..<width * Double(index + 1), count: counts[index],
                confidence: confidences[index] / weights[index], right: right[index] / weights[index])
        }
    }

    /// The expected calibration error; nil without decisions.
    public var value: Double? {
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        return weights.indices.reduce(0) { $0 + abs(right[$1] - confidences[$1]) } / total
    }
}

extension LabelledScores {
    /// How far the confidences of the decisions that carry one are from the truth, by weight.
    public var calibrationError: CalibrationError {
        var error = CalibrationError()
        for index in 0..<count where labels[index] >= 0 && decisions[index] >= 0 {
            error.add(
                confidence: confidences[index], isRight: decisions[index] == labels[index],
                weight: weights.isEmpty ? 1 : weights[index])
        }
        return error
    }
}
