import SensorData
import VectorMath

/// The sensor weights of a detector, as `model.json` says them.
public struct WeightsArchitecture: Codable, Hashable, Sendable {
    /// Where the functions of the evidence bend.
    public var knots: Knots

    /// Takes them.
    public init(knots: Knots) {
        self.knots = knots
    }
}

/// A detector whose evidence is weighed by what units with a known end have taught (`SensorWeights`).
///
/// A detector alone finds what is unusual, good or bad, and takes all sensors for equal; weighed, its verdict is one piece
/// of the evidence beside what it saw. The raw error is log(1 + odds) that the window is anomalous.
public struct WeighedDetector: Detector {
    /// The detector that gives the evidence.
    public let base: any Detector
    /// What the evidence is worth.
    public let weights: SensorWeights

    /// The evidence and the truth of windows of training units.
    public struct Lessons: Sendable {
        /// All of the windows whose truth is known.
        public var windows: WindowBatch
        /// Of each 1 when it is anomalous, else 0.
        public var targets: [Double]
        /// How much each counts.
        public var weights: [Double]
        /// Healthy windows far from failure, at least two.
        public var reference: WindowBatch

        /// Takes all of it.
        public init(windows: WindowBatch, targets: [Double], weights: [Double], reference: WindowBatch) {
            self.windows = windows
            self.targets = targets
            self.weights = weights
            self.reference = reference
        }
    }

    /// Learns what the evidence of `base` is worth.
    ///
    /// - Parameter sensors: the sensor of each column, by number from 0.
    /// - Throws: `TrainingError` when the lessons lack anomalous windows or others, `DataError`.
    public init(
        _ base: any Detector, lessons: Lessons, sensors: [Int], knots: Knots, penalty: SensorWeights.Penalty,
        pool: WorkerPool
    ) throws {
        self.base = base
        weights = try SensorWeights(
            fitting: .init(
                evidence: base.evidence(of: lessons.windows, pool: pool), targets: lessons.targets,
                weights: lessons.weights),
            reference: base.evidence(of: lessons.reference, pool: pool),
            sensors: base.evidenceColumns.map { $0 < 0 ? -1 : Int32(sensors[$0]) }, knots: knots, penalty: penalty,
            pool: pool)
    }

    /// Reads the weights of `base` from the tensors of a bundle.
    init(base: any Detector, _ architecture: WeightsArchitecture, tensors: [String: Tensor]) throws {
        self.base = base
        weights = try SensorWeights(
            tensors, knots: architecture.knots, width: base.evidenceColumns.count, columns: base.columns.count)
        guard tensors.count == weights.tensors.count else {
            throw BundleError("it has \(tensors.count - weights.tensors.count) tensors that sensor weights do not")
        }
    }

    /// The rows of a window.
    public var length: Int { base.length }
    /// The columns of a row, in order.
    public var columns: [String] { base.columns }

    /// That of the detector, and the knots.
    public var architecture: DetectorArchitecture {
        .weighed(base.architecture, WeightsArchitecture(knots: weights.knots))
    }

    /// Those of the detector, and the weights.
    public var tensors: [String: Tensor] { base.tensors.merging(weights.tensors) { own, _ in own } }

    /// What the evidence of each window is worth.
    public func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        return weights.errors(try base.evidence(of: windows, pool: pool))
    }

    /// Each sensor's share in what speaks for wear, at the first of its columns; where nothing does, the detector's shares.
    public func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try judge(windows, pool: pool).contributions
    }

    /// Both from the same evidence.
    public func judge(_ windows: WindowBatch, pool: WorkerPool) throws -> (errors: [Double], contributions: [Double]) {
        try check(windows)
        let evidence = try base.evidence(of: windows, pool: pool)
        let terms = weights.sensorTerms(evidence)
        let sensorCount = weights.sensorCount
        let width = columns.count
        var shares = [Double](repeating: 0, count: windows.count * width)
        var unexplained: [Int] = []
        for window in 0..<windows.count {
            let own = terms[window * sensorCount..<(window + 1) * sensorCount]
            let total = own.reduce(0, +)
            guard total > 0 else {
                unexplained.append(window)
                continue
            }
            for (place, column) in firstColumns.enumerated() where column >= 0 {
                shares[window * width + column] = own[own.startIndex + place] / total
            }
        }
        if !unexplained.isEmpty {
            let chosen = Set(unexplained)
            let others = try base.contributions(to: windows.selecting { chosen.contains($0) }, pool: pool)
            for (place, window) in unexplained.enumerated() {
                for column in 0..<width { shares[window * width + column] = others[place * width + column] }
            }
        }
        return (weights.errors(evidence), shares)
    }

    /// The first column of each sensor, −1 for one without.
    private var firstColumns: [Int] {
        var first = [Int](repeating: -1, count: weights.sensorCount)
        for (place, column) in base.evidenceColumns.enumerated() where column >= 0 {
            let sensor = Int(weights.sensors[place])
            if sensor >= 0, first[sensor] < 0 || column < first[sensor] { first[sensor] = column }
        }
        return first
    }
}
