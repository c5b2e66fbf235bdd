/// Evaluations as one JSON document; what is undefined is null.
public enum EvaluationJSON {
    /// `{"models": [{"model_version", "source", "metrics", "intervals_95", "confusion", "alarms", "protocol", "units"}]}`
    public static func text(_ evaluations: [ModelEvaluation]) -> String {
        ReportJSON.object([("models", .array(evaluations.map(document)))]).text()
    }

    private static func document(_ evaluation: ModelEvaluation) -> ReportJSON {
        .object([
            ("model_version", .string(evaluation.modelVersion)),
            ("source", .string(evaluation.source)),
            ("metrics", metrics(evaluation)),
            ("intervals_95", intervals(evaluation.intervals)),
            ("confusion", confusion(evaluation.confusion)),
            ("alarms", alarms(evaluation.fleet)),
            ("protocol", measure(evaluation)),
            ("units", .array(evaluation.units.map(unit))),
        ])
    }

    private static func metrics(_ evaluation: ModelEvaluation) -> ReportJSON {
        .object([
            ("f1", .number(evaluation.confusion.f1)),
            ("precision", .number(evaluation.confusion.precision)),
            ("recall", .number(evaluation.confusion.recall)),
            ("auc_roc", .number(evaluation.areaUnderROC)),
            ("average_precision", .number(evaluation.averagePrecision)),
            ("accuracy", .number(evaluation.confusion.accuracy)),
            ("expected_calibration_error", .number(evaluation.calibrationError.value)),
        ])
    }

    private static func intervals(_ intervals: UnitBootstrap?) -> ReportJSON {
        guard let intervals else { return .null }
        return .object([
            ("f1", .range(intervals.f1)),
            ("precision", .range(intervals.precision)),
            ("recall", .range(intervals.recall)),
            ("auc_roc", .range(intervals.areaUnderROC)),
            ("average_precision", .range(intervals.averagePrecision)),
        ])
    }

    static func confusion(_ confusion: ConfusionMatrix) -> ReportJSON {
        .object([
            ("true_positives", .number(confusion.truePositives)),
            ("false_positives", .number(confusion.falsePositives)),
            ("false_negatives", .number(confusion.falseNegatives)),
            ("true_negatives", .number(confusion.trueNegatives)),
        ])
    }

    private static func alarms(_ fleet: FleetAlarms) -> ReportJSON {
        .object([
            ("units", .integer(fleet.unitCount)),
            ("failing_units", .integer(fleet.failingCount)),
            ("detected_units", .integer(fleet.detectedCount)),
            ("lead_time_median", .number(fleet.leadTime?.median)),
            ("lead_time_p10", .number(fleet.leadTime?.low)),
            ("lead_time_p90", .number(fleet.leadTime?.high)),
            ("false_alarms", .integer(fleet.falseAlarms)),
            ("false_alarms_far", .integer(fleet.farFalseAlarms)),
            ("healthy_cycles", .integer(fleet.healthyCount)),
            ("false_alarms_per_1000", .number(fleet.per1000(fleet.falseAlarms))),
            ("false_alarms_far_per_1000", .number(fleet.per1000(fleet.farFalseAlarms))),
            ("false_positives_per_1000", .number(fleet.per1000(fleet.falseRecords))),
        ])
    }

    private static func measure(_ evaluation: ModelEvaluation) -> ReportJSON {
        let measure = evaluation.measure
        let single = evaluation.thresholds.flatMap { $0.lowerBound == $0.upperBound ? $0.lowerBound : nil }
        return .object([
            ("threshold", .number(single)),
            ("thresholds", .range(evaluation.thresholds)),
            ("threshold_from", .string(measure.threshold == nil ? "records" : "option")),
            ("decision", .string("anomaly_score >= threshold")),
            ("label", .string(measure.rulThreshold.map { "rul < \($0)" } ?? "records")),
            ("records", .integer(evaluation.recordCount)),
            ("warmup_skipped", .integer(evaluation.warmupCount)),
            ("unlabelled_skipped", .integer(evaluation.unlabelledCount)),
            ("positives", .integer(evaluation.positiveCount)),
            ("prevalence", .number(evaluation.prevalence)),
            ("weights", .string(measure.weighting.rawValue)),
            ("alarm_policy", .string("\(measure.alarmRule.policy)")),
            ("alarm_far_rul", .integer(measure.alarmRule.farRUL)),
            ("bootstrap", .integer(evaluation.intervals?.replicates ?? 0)),
            ("seed", .integer(Int64(clamping: measure.seed))),
        ])
    }

    private static func unit(_ unit: UnitAlarms) -> ReportJSON {
        .object([
            ("unit_id", .integer(unit.unitID)),
            ("records", .integer(unit.recordCount)),
            ("healthy", .integer(unit.healthyCount)),
            ("anomalous", .integer(unit.anomalousCount)),
            ("detected", unit.isFailing ? .bool(unit.isDetected) : .null),
            ("lead_time", .integer(unit.leadTime)),
            ("false_alarms", .integer(unit.falseAlarms)),
            ("false_alarms_far", .integer(unit.farFalseAlarms)),
            ("false_positives", .integer(unit.falseRecords)),
        ])
    }
}
