#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The probability that a record is anomalous, given its score: `1 / (1 + exp(−(intercept + slope · score)))`.
///
/// Fitted as Platt does (1999, "Probabilistic outputs for support vector machines"), by Newton's method, with weights, and
/// with a slight pull of the slope towards zero so that perfectly separated scores have a finite answer.
public struct LogisticCalibration: Equatable, Sendable {
    /// The change of the log odds per unit of score.
    public let slope: Double
    /// The log odds at score 0.
    public let intercept: Double

    /// Takes the two coefficients, as a bundle stores them.
    public init(slope: Double, intercept: Double) {
        self.slope = slope
        self.intercept = intercept
    }

    /// The probability that a record of `score` is anomalous.
    public func probability(_ score: Double) -> Double {
        LogisticCalibration.sigmoid(intercept + slope * score)
    }

    /// The probability that the decision `isAnomaly` about a record of `score` is right.
    public func confidence(score: Double, isAnomaly: Bool) -> Double {
        LogisticCalibration.sigmoid((intercept + slope * score) * (isAnomaly ? 1 : -1))
    }

    /// Fits the labelled records of `data`, by weight.
    ///
    /// - Parameter ridge: the penalty `ridge / 2 · (slope · σ)²`, as a share of the total weight, where σ is the scores'
    ///   standard deviation.
    /// - Returns: nil when one of the classes is missing.
    public static func fit(_ data: LabelledScores, ridge: Double = 1e-6) -> LogisticCalibration? {
        let records = (0..<data.count).filter { data.labels[$0] >= 0 && (data.weights.isEmpty || data.weights[$0] > 0) }
        let sample = Sample(
            scores: records.map { data.scores[$0] }, targets: records.map { Double(data.labels[$0]) },
            weights: data.weights.isEmpty ? nil : records.map { data.weights[$0] })
        guard sample.targets.contains(1), sample.targets.contains(0) else { return nil }
        let (a, b) = newton(sample, ridge: ridge * sample.total)
        let slope = b / sample.deviation
        return LogisticCalibration(slope: slope, intercept: a - slope * sample.mean)
    }

    /// The labelled records, their scores standardised by weight.
    private struct Sample {
        var scores: [Double]
        let targets: [Double]
        let weights: [Double]?
        let total: Double
        let mean: Double
        let deviation: Double

        init(scores: [Double], targets: [Double], weights: [Double]?) {
            let weight = { (index: Int) in weights?[index] ?? 1 }
            let total = scores.indices.reduce(0) { $0 + weight($1) }
            let mean = scores.indices.reduce(0) { $0 + weight($1) * scores[$1] } / total
            let variance =
                scores.indices.reduce(0) { $0 + weight($1) * (scores[$1] - mean) * (scores[$1] - mean) } / total
            let deviation = variance > 0 ? variance.squareRoot() : 1
            self.scores = scores.map { ($0 - mean) / deviation }
            self.targets = targets
            self.weights = weights
            self.total = total
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// Minimises `Σ w · (log(1 + exp(u)) − y · u) + ridge / 2 · b²` with `u = a + b · z`, halving a step that does not
    /// descend.
    private static func newton(_ sample: Sample, ridge: Double) -> (a: Double, b: Double) {
        var a = 0.0
        var b = 0.0
        var best = loss(sample, a, b, ridge)
        for _ in 0..<100 {
            var gradient = (0.0, ridge * b)
            var hessian = (0.0, 0.0, ridge)
            for index in sample.scores.indices {
                let z = sample.scores[index]
                let weight = sample.weights?[index] ?? 1
                let p = sigmoid(a + b * z)
                let slack = weight * (p - sample.targets[index])
                let curvature = weight * p * (1 - p)
                gradient.0 += slack
                gradient.1 += slack * z
                hessian.0 += curvature
                hessian.1 += curvature * z
                hessian.2 += curvature * z * z
            }
            let determinant = hessian.0 * hessian.2 - hessian.1 * hessian.1
            guard determinant > 0 else { break }
            var step = (
                (hessian.2 * gradient.0 - hessian.1 * gradient.1) / determinant,
                (hessian.0 * gradient.1 - hessian.1 * gradient.0) / determinant
            )
            var next = loss(sample, a - step.0, b - step.1, ridge)
            for _ in 0..<60 where !(next <= best) {
                step = (step.0 / 2, step.1 / 2)
                next = loss(sample, a - step.0, b - step.1, ridge)
            }
            guard next <= best else { break }
            a -= step.0
            b -= step.1
            best = next
            if abs(step.0) <= 1e-12 * (1 + abs(a)), abs(step.1) <= 1e-12 * (1 + abs(b)) { break }
        }
        return (a, b)
    }

    private static func loss(_ sample: Sample, _ a: Double, _ b: Double, _ ridge: Double) -> Double {
        var sum = ridge / 2 * b * b
        for index in sample.scores.indices {
            let u = a + b * sample.scores[index]
            let softplus = u > 0 ? u + log1p(exp(-u)) : log1p(exp(u))
            sum += (sample.weights?[index] ?? 1) * (softplus - sample.targets[index] * u)
        }
        return sum
    }

    private static func sigmoid(_ u: Double) -> Double {
        if u >= 0 { return 1 / (1 + exp(-u)) }
        let power = exp(u)
        return power / (1 + power)
    }
}
