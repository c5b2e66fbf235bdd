#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much each reading tells about wear, learned from units whose end is known: an additive model of the log odds that
/// a window is anomalous (Hastie and Tibshirani 1986, doi:10.1214/ss/1177013604).
///
/// A window's evidence is a vector. Each of its numbers, standardised by healthy windows far from failure, goes through a
/// function of its own, which is linear between knots, so that good and bad readings, and bad and very bad ones, can
/// count differently; the sum of the functions and the intercept is the log odds. Values beyond those of the lessons count
/// as the nearest one there, so that no number adds more than the lessons taught it to.
public struct SensorWeights: Sendable {
    /// Where the functions bend.
    public let knots: Knots
    /// The sensor that each number of the evidence speaks of, by number from 0; −1 where it is no one sensor's.
    public let sensors: [Int32]

    let mean: [Float]
    /// The reciprocals of the standard deviations; 0 for a number that never changed, and tells nothing.
    let inverseDeviation: [Float]
    /// Log odds per standard deviation, shape (evidence, pieces).
    let slopes: [Float]
    let intercept: Double
    /// The values that the slopes were learned from.
    let range: EvidenceRange

    /// The error of a window that is as likely anomalous as not.
    public static let errorAtEvenOdds = log1p(1.0)

    /// The numbers of a window's evidence.
    var width: Int { mean.count }

    init(
        knots: Knots, sensors: [Int32], mean: [Float], inverseDeviation: [Float], slopes: [Float], intercept: Double,
        range: EvidenceRange
    ) {
        self.knots = knots
        self.sensors = sensors
        self.mean = mean
        self.inverseDeviation = inverseDeviation
        self.slopes = slopes
        self.intercept = intercept
        self.range = range
    }

    /// What number `place` of the evidence adds to the log odds when it is `value`.
    @inline(__always)
    func term(_ place: Int, _ value: Float) -> Double {
        let argument = standardised(place, range.clamped(place, value))
        let row = place * knots.pieces
        var sum = 0.0
        knots.forEachPiece(at: argument) { piece, length in sum += Double(slopes[row + piece]) * length }
        return sum
    }

    @inline(__always)
    func standardised(_ place: Int, _ value: Float) -> Double {
        Double(value - mean[place]) * Double(inverseDeviation[place])
    }

    /// The error of each window: log(1 + odds), the surprise in nats, −log(1 − p), that a healthy machine should look so.
    ///
    /// - Parameter evidence: shape (count, width).
    func errors(_ evidence: [Float]) -> [Double] {
        (0..<evidence.count / width).map { window in
            let odds = (0..<width).reduce(intercept) { $0 + term($1, evidence[window * width + $1]) }
            return odds > 0 ? odds + log1p(exp(-odds)) : log1p(exp(odds))
        }
    }

    /// What each sensor adds to the log odds of each window, all its numbers together; 0 where that is negative.
    ///
    /// - Returns: shape (count, `sensorCount`).
    func sensorTerms(_ evidence: [Float]) -> [Double] {
        let count = evidence.count / width
        let sensorCount = sensorCount
        var sums = [Double](repeating: 0, count: count * sensorCount)
        for window in 0..<count {
            for place in 0..<width where sensors[place] >= 0 {
                sums[window * sensorCount + Int(sensors[place])] += term(place, evidence[window * width + place])
            }
        }
        return sums.map { max($0, 0) }
    }

    /// The number of sensors that the evidence speaks of.
    var sensorCount: Int { Int((sensors.max() ?? -1) + 1) }
}

extension SensorWeights {
    private enum Name {
        static let mean = "weights.mean"
        static let inverseDeviation = "weights.inverse_deviation"
        static let slopes = "weights.slope"
        static let intercept = "weights.intercept"
        static let sensors = "weights.sensor"
        static let low = "weights.low"
        static let high = "weights.high"
    }

    /// Whether a tensor of a bundle is of the weights.
    static func owns(_ name: String) -> Bool { name.hasPrefix("weights.") }

    /// What a bundle keeps.
    var tensors: [String: Tensor] {
        var tensors = [
            Name.mean: Tensor(mean), Name.inverseDeviation: Tensor(inverseDeviation),
            Name.slopes: Tensor(slopes, shape: [width, knots.pieces]), Name.intercept: Tensor([intercept]),
            Name.sensors: Tensor(sensors),
        ]
        if range.isKnown {
            tensors[Name.low] = Tensor(range.low)
            tensors[Name.high] = Tensor(range.high)
        }
        return tensors
    }

    /// Reads what `tensors` gives.
    ///
    /// - Parameters:
    ///   - width: the numbers of a window's evidence.
    ///   - columns: how many sensors there may be.
    /// - Throws: `BundleError` when a tensor is missing, of another shape, or holds an impossible number.
    init(_ tensors: [String: Tensor], knots: Knots, width: Int, columns: Int) throws {
        self.init(
            knots: knots, sensors: try tensors.tensor(Name.sensors, .int32, shape: [width]).int32s ?? [],
            mean: try tensors.tensor(Name.mean, .float32, shape: [width]).floats ?? [],
            inverseDeviation: try tensors.tensor(Name.inverseDeviation, .float32, shape: [width]).floats ?? [],
            slopes: try tensors.tensor(Name.slopes, .float32, shape: [width, knots.pieces]).floats ?? [],
            intercept: try tensors.tensor(Name.intercept, .float64, shape: [1]).doubles?.first ?? .nan,
            range: try SensorWeights.range(tensors, width: width))
        guard mean.allSatisfy(\.isFinite), inverseDeviation.allSatisfy({ $0.isFinite && $0 >= 0 }),
            slopes.allSatisfy(\.isFinite), intercept.isFinite
        else { throw BundleError("a tensor 'weights.…' holds an impossible number") }
        guard sensors.allSatisfy({ (-1..<Int32(columns)).contains($0) }) else {
            throw BundleError("tensor '\(Name.sensors)' names a sensor that the \(columns) columns do not have")
        }
    }

    /// The range that `tensors` give; none where the bundle is of a version that did not keep it.
    private static func range(_ tensors: [String: Tensor], width: Int) throws -> EvidenceRange {
        guard tensors[Name.low] != nil || tensors[Name.high] != nil else { return EvidenceRange(unlimited: width) }
        return try EvidenceRange(
            low: tensors.tensor(Name.low, .float32, shape: [width]).floats ?? [],
            high: tensors.tensor(Name.high, .float32, shape: [width]).floats ?? [])
    }
}
