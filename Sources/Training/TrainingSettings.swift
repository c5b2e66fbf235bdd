import Detectors
import Evaluation
import Features
import SensorData

/// What every trainer has to be told, whatever the detector.
public struct TrainingSettings: Sendable {
    /// The model's name.
    public var name = "model"
    /// Which columns, which windows, and what becomes of missing values.
    public var windows = WindowSettings()
    /// What is learned about the columns, and what the detector sees of them.
    public var features = FeatureRecipe()
    /// The share of units to validate on.
    public var validationShare = 0.2
    /// The share of units to measure on.
    public var testShare = 0.0
    /// Which rows are healthy.
    public var healthy = HealthyRule.remaining(atLeast: 30)
    /// Which rows the scale of the columns is learned from; where they are too few, the healthy ones.
    public var reference = HealthyRule.remaining(atLeast: 126)
    /// Where rows carry a remaining useful life but no label: below this they are anomalous.
    public var anomalyLife: Int64 = 30
    /// What the threshold is chosen for where there are labels.
    public var objective = ThresholdChoice.objective(.fScore(beta: 1))
    /// Whether labels that the objective needs may not be missing: it was asked for, not configured for all data.
    public var insistsOnObjective = false
    /// What the threshold is chosen for where there are none.
    public var unlabelledObjective = ThresholdObjective.quantile(share: 0.99)
    /// The shares of healthy windows that a candidate threshold calls anomalous.
    public var contaminations: [Double] = []
    /// How much a validation window counts.
    public var weighting = RecordWeighting.automatic
    /// What every random number depends on.
    public var seed: UInt64 = 0
    /// What the split of the units depends on; nil is `seed`.
    public var splitSeed: UInt64?

    /// The defaults.
    public init() {}

    /// The columns of a stream that tell the operating regime: none where nobody asks for regimes.
    ///
    /// - Parameter columns: the columns that say how the machine is; they are never settings.
    func settingColumns(of available: [String], beside columns: [String]) throws -> [String] {
        guard features.regimes != .none else { return [] }
        return try windows.settings.columns(of: available).filter { !columns.contains($0) }
    }
}

/// How a threshold is chosen.
public enum ThresholdChoice: Equatable, Sendable, CustomStringConvertible {
    /// The best over every score of the validation windows.
    case objective(ThresholdObjective)
    /// The best F1 among the quantiles of the scores of healthy training windows.
    case contamination

    /// Reads `contamination`, or what `ThresholdObjective` reads.
    public init?(_ text: String) {
        if text == "contamination" {
            self = .contamination
        } else if let objective = ThresholdObjective(text) {
            self = .objective(objective)
        } else {
            return nil
        }
    }

    /// True when the choice depends on the truth of the validation windows.
    public var needsLabels: Bool {
        if case .objective(let objective) = self { objective.needsLabels } else { true }
    }

    /// Throws `DataError` when `validation`, windows of validation units, lack labels that the choice needs: what their scores
    /// are does not matter, so that it is known before a detector is trained.
    func check(_ validation: LabelledScores) throws {
        guard case .objective(let objective) = self else { return }
        do {
            try ThresholdSweep.check(validation, objective)
        } catch let error as DataError {
            throw DataError("validation units: \(error.message)")
        }
    }

    /// The text that `init(_:)` reads.
    public var description: String {
        switch self {
        case .objective(let objective): "\(objective)"
        case .contamination: "contamination"
        }
    }
}
