import Detectors
import Evaluation
import SensorData
import VectorMath

/// What the validation units say of a detector: its threshold, its confidence, and how good it is.
public struct Assessment: Sendable {
    /// How errors become scores.
    public let calibration: ScoreCalibration
    /// The threshold, why that one, and what else was considered.
    public let threshold: ThresholdRecord
    /// The probability of an anomaly given the score; nil without labels.
    public let confidence: LogisticCoefficients?
    /// Measurements at the threshold, and how they were taken.
    public let metrics: MetricsRecord
    /// What the threshold was chosen on, each window counting once; empty when the validation units are those that were
    /// learned from.
    public let validation: LabelledScores

    /// Scores the healthy, validation and test windows of `prepared` and chooses.
    ///
    /// - Throws: `DataError` when the objective needs labels of a kind that the validation units lack.
    public init(
        _ detector: some Detector, calibration: ScoreCalibration, on prepared: PreparedTraining, pool: WorkerPool
    ) throws {
        let settings = prepared.settings
        func scores(_ windows: WindowBatch) throws -> [Double] {
            try detector.errors(of: windows, pool: pool).map(calibration.score)
        }
        func labelled(_ windows: WindowBatch) throws -> LabelledScores {
            guard windows.count > 0 else { return LabelledScores() }
            return try LabelledScores(try scores(windows), of: windows, anomalyLife: settings.anomalyLife)
        }
        self = try Assessment(
            calibration: calibration, validation: labelled(prepared.validation),
            healthy: scores(prepared.healthy).sorted(), test: labelled(prepared.test),
            validates: !prepared.split.validation.isEmpty, objective: prepared.objective, settings: settings,
            method: Assessment.method(prepared, weighs: detector.architecture.weights != nil))
    }

    /// Chooses by scores.
    ///
    /// - Parameters:
    ///   - validation: those of the validation units, or without such, of the training units.
    ///   - healthy: those of healthy windows that were learned from, rising, for quantiles.
    ///   - test: those of the test units.
    ///   - validates: whether there are validation units.
    ///   - objective: how the threshold is chosen, for these labels.
    ///   - method: how the scores came to be, in words.
    /// - Throws: `DataError` when the objective needs labels of a kind that the validation units lack.
    init(
        calibration: ScoreCalibration, validation: LabelledScores, healthy: [Double], test: LabelledScores,
        validates: Bool, objective: ThresholdChoice, settings: TrainingSettings, method: String
    ) throws {
        self.calibration = calibration
        var validation = validation
        let isLabelled = validation.labelledCount > 0
        let weighting = isLabelled ? try validation.weight(settings.weighting) : .none
        let candidates = settings.contaminations.map { share in
            let value = ThresholdSweep.quantile(ofSorted: healthy, share: 1 - share)
            return ThresholdRecord.Candidate(
                method: "contamination:\(share)", value: value,
                f1: isLabelled ? ConfusionMatrix(validation, threshold: value).f1 : nil)
        }
        if validates {
            threshold = try Assessment.choose(objective, validation, candidates)
        } else {
            // Units that were learned from cannot tell how well others are judged: their healthy windows give a quantile.
            let chosen = try Assessment.choose(objective, LabelledScores(healthy), [])
            threshold = ThresholdRecord(value: chosen.value, method: chosen.method, candidates: candidates)
        }
        confidence = (validates ? LogisticCalibration.fit(validation) : nil).map {
            LogisticCoefficients(slope: $0.slope, intercept: $0.intercept)
        }

        var sets: [String: [String: Double]] = [:]
        let name = validates ? "validation" : "training"
        if weighting != .none {
            sets["\(name)_weighted"] = Assessment.measure(validation, threshold.value, confidence)
            validation.removeWeights()
        }
        sets[name] = Assessment.measure(validation, threshold.value, confidence)
        self.validation = validates ? validation : LabelledScores()
        if test.count > 0 { sets["test"] = Assessment.measure(test, threshold.value, confidence) }
        metrics = MetricsRecord(
            protocol: method + Assessment.truth(isLabelled: isLabelled, weighting, settings), sets: sets)
    }

    private static func choose(
        _ choice: ThresholdChoice, _ data: LabelledScores, _ candidates: [ThresholdRecord.Candidate]
    ) throws -> ThresholdRecord {
        guard case .objective(let objective) = choice else {
            guard let best = candidates.filter({ $0.f1 != nil }).max(by: { ($0.f1 ?? 0) < ($1.f1 ?? 0) }) else {
                throw DataError(
                    "no contamination has an F1 on the validation units: none of their windows is anomalous")
            }
            return ThresholdRecord(value: best.value, method: best.method, candidates: candidates)
        }
        try choice.check(data)
        let value = try ThresholdSweep.exactThreshold(data, objective: objective)
        let chosen = ThresholdRecord.Candidate(
            method: "\(objective)", value: min(max(value, 0), 1),
            f1: data.labelledCount > 0 ? ConfusionMatrix(data, threshold: value).f1 : nil)
        return ThresholdRecord(value: chosen.value, method: chosen.method, candidates: [chosen] + candidates)
    }

    /// What is defined of F1, precision, recall, AUC-ROC, average precision and the error of the confidence, beside the
    /// counts.
    private static func measure(
        _ data: LabelledScores, _ threshold: Double, _ confidence: LogisticCoefficients?
    ) -> [String: Double] {
        let confusion = ConfusionMatrix(data, threshold: threshold)
        let curve = OperatingCurve(data)
        let alarms = data.scores.count { $0 >= threshold }
        var calibration = CalibrationError()
        for (index, score) in data.scores.enumerated() where data.labels[index] >= 0 {
            let isAnomaly = score >= threshold
            calibration.add(
                confidence: confidence?.confidence(score: score, isAnomaly: isAnomaly) ?? .nan,
                isRight: isAnomaly == (data.labels[index] == 1), weight: data.weights.isEmpty ? 1 : data.weights[index])
        }
        let values: [String: Double?] = [
            "windows": Double(data.count), "positives": data.labelledCount > 0 ? Double(data.positiveCount) : nil,
            "alarm_share": data.isEmpty ? nil : Double(alarms) / Double(data.count),
            "prevalence": data.prevalence, "f1": confusion.f1, "precision": confusion.precision,
            "recall": confusion.recall, "auc_roc": curve.areaUnderROC, "average_precision": curve.averagePrecision,
            "expected_calibration_error": calibration.value,
        ]
        return values.compactMapValues { $0 }
    }

    private static func method(_ prepared: PreparedTraining, weighs: Bool) -> String {
        let split = prepared.split
        return
            "units split by id with seed \(prepared.settings.splitSeed ?? prepared.settings.seed): \(split.training.count) training, "
            + "\(split.validation.count) validation, \(split.test.count) test; one score per row from a unit's row "
            + "\(prepared.settings.windows.shape.length) on; fitted on healthy windows (\(prepared.settings.healthy)) "
            + "of training units" + (weighs ? "; sensor weights learned from the labels of training units" : "")
    }

    /// Which windows are anomalous, and how much each counts.
    private static func truth(isLabelled: Bool, _ weighting: RecordWeighting, _ settings: TrainingSettings) -> String {
        guard isLabelled else { return "; without labels" }
        var text = "; anomalous: is_anomaly, where that is unknown rul < \(settings.anomalyLife)"
        if weighting == .truncation {
            text += "; *_weighted: windows count by the chance that they survive a random cut of their unit"
        }
        return text
    }
}

extension LabelledScores {
    /// Scores of which nothing else is known.
    init(_ scores: [Double]) throws {
        self.init()
        for score in scores {
            var record = ScoredRecord(unitID: 0, modelVersion: "")
            record.anomalyScore = score
            try append(record)
        }
    }

    /// Scores of windows with the windows' identities and labels; where only a remaining useful life is known, windows
    /// with less than `anomalyLife` cycles are anomalous.
    init(_ scores: [Double], of windows: WindowBatch, anomalyLife: Int64) throws {
        self.init()
        for (index, score) in scores.enumerated() {
            var record = ScoredRecord(unitID: windows.unitIDs[index], modelVersion: "")
            record.anomalyScore = score
            record.cycle = windows.cycles.isEmpty ? nil : windows.cycles[index].known
            record.rul = windows.rul.isEmpty ? nil : windows.rul[index].known
            if !windows.isAnomaly.isEmpty, windows.isAnomaly[index] != RowBatch.unknownLabel {
                record.label = windows.isAnomaly[index] == 1
            } else if let rul = record.rul {
                record.label = rul < anomalyLife
            }
            try append(record)
        }
    }
}

extension Int64 {
    /// nil for what stands for an unknown number.
    fileprivate var known: Int64? { self == RowBatch.unknown ? nil : self }
}
