extension LabelledScores {
    /// The area under the receiver operating characteristic, by weight; nil when one of the classes is missing.
    ///
    /// - Complexity: O(n log n); for several metrics make one `OperatingCurve`.
    public var areaUnderROC: Double? { OperatingCurve(self).areaUnderROC }

    /// The average precision, by weight; nil when no record is anomalous.
    public var averagePrecision: Double? { OperatingCurve(self).averagePrecision }
}

extension OperatingCurve {
    /// One point of the receiver operating characteristic and of the precision-recall curve.
    public struct Point: Equatable, Sendable {
        /// Records of this score or above are called anomalous.
        public let score: Double
        /// The share of healthy records that are called; nil when there is none.
        public let falsePositiveRate: Double?
        /// The share of anomalous records that are called; nil when there is none.
        public let recall: Double?
        /// The share of called records that are anomalous; nil when those called have no weight.
        public let precision: Double?
        /// False when the point calls nothing, by weight, that the one above does not.
        public let isStep: Bool
    }

    /// Both curves as data, from the highest score down; the points (0, 0) of the one and (0, 1) of the other, which no
    /// score stands for, are left to the reader.
    public var points: [Point] {
        (0..<count).map { index in
            let confusion = confusion(at: index)
            let above = index == 0 ? 0 : truePositives[index - 1] + falsePositives[index - 1]
            return Point(
                score: scores[index], falsePositiveRate: confusion.falsePositiveRate, recall: confusion.recall,
                precision: confusion.precision, isStep: confusion.alarms > above)
        }
    }
}
