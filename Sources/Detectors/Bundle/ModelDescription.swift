import Features
import SensorData

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `model.json` says of a model: everything its scores depend on, and how it came to be.
///
/// Written with sorted keys and without the time of day, so that the same training gives the same bytes.
public struct ModelDescription: Codable, Hashable, Sendable {
    /// The version of the format that is written.
    public static let formatVersion = 1

    /// The version of the format.
    public var formatVersion = ModelDescription.formatVersion
    /// The model's name; with the digest of `model.json` it makes the model version.
    public var name: String
    /// Which detector it is, and its shape.
    public var architecture: DetectorArchitecture
    /// What becomes of rows before the detector sees them.
    public var features: FittedFeatures
    /// The windows the detector takes.
    public var window: WindowShape
    /// How an error becomes a score.
    public var calibration: ScoreCalibration
    /// How a score becomes a probability; nil when the model was trained without labels.
    public var confidence: LogisticCoefficients?
    /// Which score is an anomaly, and why that one.
    public var threshold: ThresholdRecord
    /// What was measured, and how.
    public var metrics: MetricsRecord
    /// What it was trained on.
    public var training: TrainingRecord
    /// The losses of each epoch; nil where training has none.
    public var history: HistoryRecord?
    /// The program that wrote it.
    public var tool: ToolRecord
    /// The file of the weights.
    public var weights = WeightsRecord(file: "", bytes: 0, sha256: "")

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case name, architecture, features, window, calibration, confidence, threshold, metrics, training, history, tool,
            weights
    }

    /// A description without its weights, which `ModelBundle.write` adds.
    public init(
        name: String, architecture: DetectorArchitecture, features: FittedFeatures, window: WindowShape,
        calibration: ScoreCalibration, confidence: LogisticCoefficients?, threshold: ThresholdRecord,
        metrics: MetricsRecord, training: TrainingRecord, tool: ToolRecord
    ) {
        self.name = name
        self.architecture = architecture
        self.features = features
        self.window = window
        self.calibration = calibration
        self.confidence = confidence
        self.threshold = threshold
        self.metrics = metrics
        self.training = training
        self.tool = tool
    }
}

/// The probability that a window of score s is anomalous: 1 / (1 + exp(−(intercept + slope · s))).
public struct LogisticCoefficients: Codable, Hashable, Sendable {
    /// The change of the log odds per unit of score.
    public var slope: Double
    /// The log odds at score 0.
    public var intercept: Double

    /// Takes both coefficients.
    public init(slope: Double, intercept: Double) {
        self.slope = slope
        self.intercept = intercept
    }

    /// The probability that the decision `isAnomaly` about a window of `score` is right.
    public func confidence(score: Double, isAnomaly: Bool) -> Double {
        let odds = (intercept + slope * score) * (isAnomaly ? 1 : -1)
        return 1 / (1 + exp(-odds))
    }
}

/// The threshold of a model: a window is called anomalous when its score reaches it.
public struct ThresholdRecord: Codable, Hashable, Sendable {
    /// One way to choose, and what it comes to.
    public struct Candidate: Codable, Hashable, Sendable {
        /// How it is chosen: `contamination:0.05`, `f1`.
        public var method: String
        /// The threshold.
        public var value: Double
        /// F1 at it on the validation units, weighted as the protocol says; nil without labels.
        public var f1: Double?

        /// Takes the three.
        public init(method: String, value: Double, f1: Double?) {
            self.method = method
            self.value = value
            self.f1 = f1
        }
    }

    /// The threshold.
    public var value: Double
    /// How it was chosen.
    public var method: String
    /// What else was considered.
    public var candidates: [Candidate]
    /// The versions that the model had with other thresholds, the first one first; nil where this is the first.
    public var formerVersions: [String]?

    enum CodingKeys: String, CodingKey {
        case value, method, candidates
        case formerVersions = "former_versions"
    }

    /// What a threshold may be.
    public static let range = 0.0...1.0

    /// Takes the three.
    public init(value: Double, method: String, candidates: [Candidate] = []) {
        self.value = value
        self.method = method
        self.candidates = candidates
    }
}

/// A threshold that no model can have.
public struct ThresholdError: InputError, Equatable {
    /// What was asked for.
    public let value: Double

    /// The request.
    public var fault: InputFault { .request }

    /// What is wrong with it.
    public var description: String {
        let range = ThresholdRecord.range
        return "a threshold of \(value) is no score; expected \(range.lowerBound) to \(range.upperBound)"
    }
}

/// Measurements, and how they were taken.
public struct MetricsRecord: Codable, Hashable, Sendable {
    /// How the units were split, which windows count as anomalous, how they are weighted.
    public var `protocol`: String
    /// Name → value, for each set of units: `validation`, `validation_weighted`, `test`. What is undefined is missing.
    public var sets: [String: [String: Double]]

    /// Takes both.
    public init(protocol: String, sets: [String: [String: Double]]) {
        self.protocol = `protocol`
        self.sets = sets
    }

    /// The measurements that depend on the threshold.
    private static let ofDecisions: Set = ["f1", "precision", "recall", "alarm_share", "expected_calibration_error"]
    private static let withoutDecisionsNote = "; the threshold was replaced since: nothing is said of its decisions"

    /// What holds whatever the threshold is: counts, and how well scores tell anomalous windows from others.
    var withoutDecisions: MetricsRecord {
        let isNoted = `protocol`.hasSuffix(MetricsRecord.withoutDecisionsNote)
        return MetricsRecord(
            protocol: isNoted ? `protocol` : `protocol` + MetricsRecord.withoutDecisionsNote,
            sets: sets.mapValues { set in set.filter { !MetricsRecord.ofDecisions.contains($0.key) } })
    }
}

/// What a model was trained on.
public struct TrainingRecord: Codable, Hashable, Sendable {
    /// SHA-256 of the rows seen: for each row unit, cycle and the model's columns, little-endian.
    public var sha256: String
    /// Rows read.
    public var rows: Int
    /// Windows fitted on.
    public var windows: Int
    /// The units of each set, in rising order.
    public var units: [String: [Int64]]
    /// Which rows were taken for healthy.
    public var healthy: String
    /// Which rows the scale of the columns was learned from; nil in bundles that did not tell, where they are the healthy
    /// ones.
    public var reference: String?
    /// What every random number depends on.
    public var seed: UInt64
    /// What the split of the units depended on, where that was a seed of its own; else nil.
    public var splitSeed: UInt64?

    enum CodingKeys: String, CodingKey {
        case sha256, rows, windows, units, healthy, reference, seed
        case splitSeed = "split_seed"
    }

    /// Takes all of it.
    public init(
        sha256: String, rows: Int, windows: Int, units: [String: [Int64]], healthy: String, reference: String? = nil,
        seed: UInt64, splitSeed: UInt64? = nil
    ) {
        self.sha256 = sha256
        self.rows = rows
        self.windows = windows
        self.units = units
        self.healthy = healthy
        self.reference = reference
        self.seed = seed
        self.splitSeed = splitSeed
    }
}

/// The losses of each epoch of a network's training.
public struct HistoryRecord: Codable, Hashable, Sendable {
    /// The mean loss of the training windows in each epoch.
    public var training: [Double]
    /// The loss of the healthy validation windows after each epoch.
    public var validation: [Double]
    /// The learning rate of each epoch.
    public var rates: [Double]
    /// The epoch whose parameters the bundle holds, from 1.
    public var bestEpoch: Int

    enum CodingKeys: String, CodingKey {
        case training, validation, rates
        case bestEpoch = "best_epoch"
    }

    /// The losses that `state` has seen.
    public init(_ state: TrainingState) {
        training = state.history.map(\.training)
        validation = state.history.map(\.validation)
        rates = state.history.map(\.rate)
        bestEpoch = state.bestEpoch
    }
}

/// The program that made a bundle.
public struct ToolRecord: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its version.
    public var version: String

    /// Takes both.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

/// The file that holds a bundle's tensors.
public struct WeightsRecord: Codable, Hashable, Sendable {
    /// Its name within the bundle.
    public var file: String
    /// Its length.
    public var bytes: Int
    /// Its SHA-256, in hexadecimal.
    public var sha256: String
}
