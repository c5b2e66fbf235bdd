import VectorMath

extension SensorWeights {
    /// How much freedom the functions have.
    public struct Penalty: Hashable, Sendable {
        /// Half of this times a slope's square, per window, keeps slopes small.
        public var ridge: Double
        /// Half of this times the square of the difference between neighbouring slopes, per window, keeps functions straight.
        public var smoothness: Double

        /// Takes both.
        public init(ridge: Double, smoothness: Double) {
            self.ridge = ridge
            self.smoothness = smoothness
        }
    }

    /// Windows whose truth is known.
    struct Sample {
        /// Shape (count, width).
        var evidence: [Float]
        /// Of each window 1 when it is anomalous, else 0.
        var targets: [Double]
        /// How much each window counts.
        var weights: [Double]
    }

    /// Learns the functions by penalised logistic regression.
    ///
    /// - Parameters:
    ///   - reference: the evidence of healthy windows far from failure, at least two, shape (count, width).
    ///   - sensors: the sensor of each number of the evidence, or −1.
    /// - Throws: `TrainingError` when the sample lacks one of the classes.
    init(
        fitting sample: Sample, reference: [Float], sensors: [Int32], knots: Knots, penalty: Penalty, pool: WorkerPool
    ) throws {
        guard sample.targets.contains(1), sample.targets.contains(0) else {
            throw TrainingError("sensor weights need anomalous windows and others of the training units")
        }
        let scale = Standardisation(of: reference, width: sensors.count)
        let range = EvidenceRange(of: sample.evidence, width: sensors.count)
        let blank = SensorWeights(
            knots: knots, sensors: sensors, mean: scale.mean, inverseDeviation: scale.inverseDeviation,
            slopes: [Float](repeating: 0, count: sensors.count * knots.pieces), intercept: 0, range: range)
        let rows = blank.sparseRows(sample.evidence)
        let fitted = PenalisedLogistic(
            rows: rows, targets: sample.targets, weights: sample.weights, penalty: blank.penalties(penalty)
        ).fit(pool: pool)
        self.init(
            knots: knots, sensors: sensors, mean: scale.mean, inverseDeviation: scale.inverseDeviation,
            slopes: fitted.coefficients.map { Float($0) }, intercept: fitted.intercept, range: range)
    }

    /// The pieces of all functions that are not 0, window by window.
    private func sparseRows(_ evidence: [Float]) -> SparseRows {
        var rows = SparseRows(width: width * knots.pieces)
        for window in 0..<evidence.count / width {
            for place in 0..<width {
                let argument = standardised(place, evidence[window * width + place])
                knots.forEachPiece(at: argument) { piece, length in
                    rows.append(place * knots.pieces + piece, length)
                }
            }
            rows.finishRow()
        }
        return rows
    }

    /// The lower triangle of the penalty's matrix, as (row, column, value).
    private func penalties(_ penalty: Penalty) -> [PenalisedLogistic.Entry] {
        let pieces = knots.pieces
        return (0..<width).flatMap { place in
            (0..<pieces).flatMap { piece -> [PenalisedLogistic.Entry] in
                let row = place * pieces + piece
                let neighbours = (piece > 0 ? 1.0 : 0) + (piece + 1 < pieces ? 1.0 : 0)
                let diagonal = PenalisedLogistic.Entry(
                    row: row, column: row, value: penalty.ridge + neighbours * penalty.smoothness)
                guard piece > 0 else { return [diagonal] }
                return [diagonal, .init(row: row, column: row - 1, value: -penalty.smoothness)]
            }
        }
    }
}
