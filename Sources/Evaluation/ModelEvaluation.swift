import SensorData

/// How scored records are to be judged.
public struct EvaluationProtocol: Equatable, Sendable {
    /// Decides anew by `score >= threshold`; nil takes the decisions that the records carry.
    public var threshold: Double?
    /// Labels anew by `rul < rulThreshold` (cycles); nil takes the labels that the records carry.
    public var rulThreshold: Int64?
    /// How much each record counts in F1, precision, recall, AUC-ROC, average precision and their intervals; alarms are
    /// always counted as they are.
    public var weighting = RecordWeighting.none
    /// When records amount to an alarm.
    public var alarmRule = AlarmRule()
    /// How many fleets are drawn for the 95 % intervals; 0 draws none.
    public var replicates = 1000
    /// Where the draws start.
    public var seed: UInt64 = 1

    /// Takes the records as they are.
    public init() {}
}

/// What one model's scored records are worth, and how that was measured.
public struct ModelEvaluation: Sendable {
    /// Where the records came from, as the user named it.
    public let source: String
    /// What the records call their model.
    public let modelVersion: String
    /// How they were judged; `weighting` says what was done, not what was asked.
    public let measure: EvaluationProtocol
    /// The lowest and the highest threshold of the decisions; nil when the records do not tell.
    public let thresholds: ClosedRange<Double>?

    /// The records, with the labels, decisions and weights that counted.
    public let records: LabelledScores
    /// How many records were judged.
    public let recordCount: Int
    /// How many records had no score because their unit had too few rows.
    public let warmupCount: Int
    /// How many scored records have no label and count in no metric.
    public let unlabelledCount: Int
    /// How many judged records are labelled anomalous.
    public let positiveCount: Int
    /// The share of anomalous records, by weight.
    public let prevalence: Double?

    /// Decisions against truth, by weight.
    public let confusion: ConfusionMatrix
    /// Every threshold's decisions against truth: ROC and precision-recall curve.
    public let curve: OperatingCurve
    /// The area under the receiver operating characteristic.
    public let areaUnderROC: Double?
    /// The average precision.
    public let averagePrecision: Double?
    /// How far confidences are from the truth; without a value where the records carry none.
    public let calibrationError: CalibrationError
    /// The 95 % intervals, where they were asked for.
    public let intervals: UnitBootstrap?
    /// The alarms of each unit.
    public let units: [UnitAlarms]
    /// The alarms of all units together.
    public let fleet: FleetAlarms

    /// Judges `data`.
    ///
    /// - Throws: `DataError` when no record has a label; when records carry no decision and `measure` has no threshold; when
    ///   truncation weights are asked for and do not apply; when a unit has two records of one cycle.
    public init(_ data: LabelledScores, source: String, measure: EvaluationProtocol = EvaluationProtocol()) throws {
        var data = data
        var measure = measure
        guard !data.isEmpty else {
            throw DataError("\(source): no scored record; \(data.warmupCount) of warm-up")
        }
        if let rulThreshold = measure.rulThreshold { data.relabel(rulBelow: rulThreshold) }
        guard data.labelledCount > 0 else {
            throw DataError(
                measure.rulThreshold == nil
                    ? "\(source): no record has a label; expected the member 'label', or 'rul' and --rul-threshold"
                    : "\(source): no record has 'rul' to label it by")
        }
        if let threshold = measure.threshold { data.decide(threshold: threshold) }
        guard !data.decisions.contains(LabelledScores.unknownLabel) else {
            throw DataError("\(source): records carry no decision; expected the member 'is_anomaly', or --threshold")
        }
        measure.weighting = try data.weight(measure.weighting)

        self.source = source
        self.measure = measure
        modelVersion = data.modelVersion
        thresholds = measure.threshold.map { $0...$0 } ?? data.recordedThresholds
        records = data
        recordCount = data.labelledCount
        warmupCount = data.warmupCount
        unlabelledCount = data.unlabelledCount
        positiveCount = data.positiveCount
        prevalence = data.prevalence
        confusion = ConfusionMatrix(decisionsOf: data)
        curve = OperatingCurve(data)
        areaUnderROC = curve.areaUnderROC
        averagePrecision = curve.averagePrecision
        calibrationError = data.calibrationError
        var generator = SplitMix64(seed: measure.seed)
        intervals = UnitBootstrap(data, replicates: measure.replicates, using: &generator)
        units = try UnitAlarms.follow(
            data, rule: measure.alarmRule,
            threshold: thresholds.flatMap { $0.lowerBound == $0.upperBound ? $0.lowerBound : nil })
        fleet = FleetAlarms(units)
    }
}

extension ModelEvaluation {
    /// What is defined of the figures that one number tells, by the names that trainers give them.
    public var metrics: [(name: String, value: Double)] {
        let values: [(String, Double?)] = [
            ("f1", confusion.f1), ("precision", confusion.precision), ("recall", confusion.recall),
            ("auc_roc", areaUnderROC), ("ap", averagePrecision), ("ece", calibrationError.value),
            ("prevalence", prevalence), ("windows", Double(recordCount)), ("positives", Double(positiveCount)),
            ("threshold", thresholds?.lowerBound),
        ]
        return values.compactMap { name, value in value.map { (name, $0) } }
    }

    /// What a reader calls the model.
    var name: String { modelVersion.isEmpty ? "model" : modelVersion }

    /// The records of each unit by rising cycle, units by rising `unit_id`: indices into `records`.
    var lives: [[Int]] {
        var result: [[Int]] = []
        var last: Int32?
        for record in records.chronologicalOrder() {
            let index = Int(record)
            if records.units[index] != last { result.append([]) }
            last = records.units[index]
            result[result.count - 1].append(index)
        }
        return result.sorted { records.unitID(of: $0) < records.unitID(of: $1) }
    }
}

extension LabelledScores {
    /// `unit_id` of the records `life`, 0 when there is none.
    func unitID(of life: [Int]) -> Int64 { life.first.map { unitIDs[Int(units[$0])] } ?? 0 }
}
