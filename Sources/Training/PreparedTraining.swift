import CommandKit
import Detectors
import Evaluation
import Features
import SensorData

/// Training data split by unit and mapped to what a detector sees: the ground that all trainers stand on.
public struct PreparedTraining: Sendable {
    /// What was asked for.
    public let settings: TrainingSettings
    /// Which units are for what.
    public let split: UnitSplit
    /// What was learned about the columns, on reference rows of training units.
    public let features: FittedFeatures
    /// Which rows the scale of the columns was learned from.
    public let reference: HealthyRule
    /// How many rows those are.
    public let referenceCount: Int
    /// Healthy windows of training units: what a detector is fitted on.
    public let healthy: WindowBatch
    /// Windows of training units that end in a row the scale was learned from: what is usual.
    public let referenceWindows: WindowBatch
    /// All windows of training units, healthy or not.
    public let training: WindowBatch
    /// All windows of validation units; without validation units, of the training units.
    public let validation: WindowBatch
    /// Those of `validation` that are healthy.
    public let healthyValidation: WindowBatch
    /// Whether the truth of any of `validation` is known.
    public let isLabelled: Bool
    /// How the threshold is chosen: as `settings` say for these labels.
    public let objective: ThresholdChoice
    /// All windows of test units.
    public let test: WindowBatch
    /// What the bundle says of the data.
    public let record: TrainingRecord

    /// Splits and maps `data`.
    ///
    /// - Throws: `TrainingError` when units, healthy windows or variation are too few, `UsageError` when an objective was
    ///   asked for that the validation units cannot serve, `DataError` when their labels do not serve it, or a row is too
    ///   far from those that the scale was learned from.
    public init(_ data: TrainingData, settings: TrainingSettings) throws {
        self.settings = settings
        let table = data.table
        split = try UnitSplit(
            units: table.unitIDs, validation: settings.validationShare, test: settings.testShare,
            seed: settings.splitSeed ?? settings.seed)
        let healthyRows = try settings.healthy.mask(table)
        let mask = table.rows(ofUnits: split.training, where: healthyRows)
        guard mask.contains(true) else {
            throw TrainingError(
                "no row of the \(split.training.count) training units is healthy (\(settings.healthy)) "
                    + "among \(table.rowCount) rows")
        }
        var referenceMask = try PreparedTraining.referenceRows(table, split, settings)
        let healthyCount = mask.count { $0 }
        if referenceMask.count(where: { $0 }) >= max(2, healthyCount / PreparedTraining.leastReference) {
            reference = settings.reference
        } else {
            reference = settings.healthy
            referenceMask = mask
        }
        referenceCount = referenceMask.count { $0 }
        features = try FittedFeatures.fit(
            FeatureSpecification(settings: data.settingColumns, columns: data.columns, recipe: settings.features),
            to: table, where: referenceMask)
        let mapped = try features.finiteValues(of: table)
        let columns = features.columns
        func windows(endingIn mask: [Bool]) throws -> WindowBatch {
            try table.windows(of: mapped, columns: columns, shape: settings.windows.shape, endingIn: mask)
        }
        healthy = try windows(endingIn: mask)
        guard healthy.count >= 2 else {
            throw TrainingError(
                "the \(split.training.count) training units have \(healthy.count) healthy windows of "
                    + "\(settings.windows.shape.length) rows (\(settings.healthy)); expected at least 2")
        }
        let usual = try windows(endingIn: referenceMask)
        referenceWindows = usual.count >= 2 ? usual : healthy
        training = try windows(endingIn: table.rows(ofUnits: split.training))
        let validated = split.validation.isEmpty ? split.training : split.validation
        validation = try windows(endingIn: table.rows(ofUnits: validated))
        guard validation.count > 0 else {
            throw TrainingError("the \(validated.count) validation units have too few rows for a window")
        }
        isLabelled =
            validation.isAnomaly.contains { $0 != RowBatch.unknownLabel }
            || validation.rul.contains { $0 != RowBatch.unknown }
        objective = try settings.objective(validates: !split.validation.isEmpty, isLabelled: isLabelled)
        if !split.validation.isEmpty {
            let truth = try validation.truth(anomalyLife: settings.anomalyLife, weighting: settings.weighting)
            try objective.check(truth)
        }
        healthyValidation = try windows(endingIn: table.rows(ofUnits: validated, where: healthyRows))
        test = try windows(endingIn: table.rows(ofUnits: split.test))
        record = TrainingRecord(
            sha256: data.digest(), rows: table.rowCount, windows: healthy.count, units: split.listed,
            healthy: "\(settings.healthy)", reference: "\(reference)", seed: settings.seed,
            splitSeed: settings.splitSeed)
    }

    /// One reference row to so many healthy ones is enough to learn the scale of the columns from.
    private static let leastReference = 10

    /// The reference rows of the training units; none where the rule asks for a remaining useful life that is not known.
    private static func referenceRows(
        _ table: FeatureTable, _ split: UnitSplit, _ settings: TrainingSettings
    ) throws -> [Bool] {
        if case .remaining = settings.reference, table.rul.allSatisfy({ $0 == RowBatch.unknown }) {
            return [Bool](repeating: false, count: table.rowCount)
        }
        return table.rows(ofUnits: split.training, where: try settings.reference.mask(table))
    }

    /// Columns none of whose features varies among the healthy rows, and which no detector can learn from.
    public var constantColumns: [String] {
        let width = healthy.width
        guard width > 0, healthy.rows.count >= width, let first = healthy.starts.first else { return [] }
        let constant = (0..<width).filter { column in
            let value = healthy.rows[first * width + column]
            return healthy.starts.allSatisfy { start in
                (start..<start + healthy.length).allSatisfy { healthy.rows[$0 * width + column] == value }
            }
        }
        return ColumnFold(columns: healthy.columns, inputs: features.inputs).sensors(allOf: Set(constant))
    }

    /// A few windows to keep in the bundle.
    public var selfTestWindows: WindowBatch { validation.selfTest }
}

extension WindowBatch {
    /// What is known of the windows beside scores, which are all 0: their labels, and how much each counts.
    ///
    /// - Throws: `DataError` when truncation weights are asked for and the units do not run to failure.
    func truth(anomalyLife: Int64, weighting: RecordWeighting) throws -> LabelledScores {
        var truth = try LabelledScores(
            [Double](repeating: 0, count: count), of: self, anomalyLife: anomalyLife)
        if truth.labelledCount > 0 { try truth.weight(weighting) }
        return truth
    }

    /// Four of the windows, spread evenly.
    var selfTest: WindowBatch {
        var chosen = self
        let picks = (0..<4).map { $0 * (count - 1) / 3 }
        chosen.starts = picks.map { starts[$0] }
        chosen.unitIDs = picks.map { unitIDs[$0] }
        return chosen
    }
}

extension TrainingSettings {
    /// How the threshold is chosen, with or without validation units and labels of theirs.
    func objective(validates: Bool, isLabelled: Bool) throws -> ThresholdChoice {
        if !objective.needsLabels || validates && isLabelled { return objective }
        guard !insistsOnObjective else {
            throw UsageError(
                "objective \(objective) needs "
                    + (validates
                        ? "labels (is_anomaly or rul), and the validation units have none"
                        : "validation units, and --validation is 0")
                    + "; expected quantile:Q")
        }
        return .objective(unlabelledObjective)
    }
}
