import SensorData

/// Evaluations as a table for people: one column a model, the protocol below the numbers.
public enum EvaluationText {
    /// The table of `evaluations`, and of each one's units when `showsUnits`.
    public static func text(_ evaluations: [ModelEvaluation], showsUnits: Bool = false) -> String {
        var table = TextTable()
        func row(_ name: String, _ cell: (ModelEvaluation) -> String) {
            table.add([name] + evaluations.map(cell))
        }
        row("model") { $0.modelVersion }
        row("from") { fileName($0.source) }
        table.add([""])
        row("F1") { metric($0.confusion.f1, $0.intervals?.f1) }
        row("precision") { metric($0.confusion.precision, $0.intervals?.precision) }
        row("recall") { metric($0.confusion.recall, $0.intervals?.recall) }
        row("AUC-ROC") { metric($0.areaUnderROC, $0.intervals?.areaUnderROC) }
        row("average precision") { metric($0.averagePrecision, $0.intervals?.averagePrecision) }
        row("calibration error") { NumberText.fixed($0.calibrationError.value, 3) }
        table.add([""])
        table.add(["decisions"])
        row("  true positives") { NumberText.amount($0.confusion.truePositives) }
        row("  false positives") { NumberText.amount($0.confusion.falsePositives) }
        row("  false negatives") { NumberText.amount($0.confusion.falseNegatives) }
        row("  true negatives") { NumberText.amount($0.confusion.trueNegatives) }
        table.add([""])
        table.add(["alarms"])
        row("  failing units") {
            "\(NumberText.count($0.fleet.failingCount)) of \(NumberText.count($0.fleet.unitCount))"
        }
        row("  detected") { detected($0.fleet) }
        row("  lead time, cycles") { leadTime($0.fleet) }
        row("  false alarms") { NumberText.count($0.fleet.falseAlarms) }
        row("    far from the end") { NumberText.count($0.fleet.farFalseAlarms) }
        table.add([""])
        table.add(["per 1000 healthy cycles"])
        row("  false alarms") { NumberText.fixed($0.fleet.per1000($0.fleet.falseAlarms), 2) }
        row("    far from the end") { NumberText.fixed($0.fleet.per1000($0.fleet.farFalseAlarms), 2) }
        row("  false positives") { NumberText.fixed($0.fleet.per1000($0.fleet.falseRecords), 2) }
        table.add([""])
        table.add(["protocol"])
        row("  threshold") { thresholds($0.thresholds) }
        row("  threshold from") { $0.measure.threshold == nil ? "the records" : "--threshold" }
        row("  units") { NumberText.count($0.fleet.unitCount) }
        row("  records judged") { NumberText.count($0.recordCount) }
        row("  warm-up, skipped") { NumberText.count($0.warmupCount) }
        row("  unlabelled, skipped") { NumberText.count($0.unlabelledCount) }
        row("  anomalous") { NumberText.count($0.positiveCount) }
        row("  prevalence") { NumberText.percent($0.prevalence) }
        row("  weights") { $0.measure.weighting.rawValue }
        var result = table.text()
        if let first = evaluations.first {
            result += "\n" + rules(first).map { $0 + "\n" }.joined()
            if let intervals = first.intervals {
                result +=
                    "In brackets: 95 % interval over \(NumberText.count(intervals.replicates)) draws of whole units, "
                    + "seed \(first.measure.seed).\n"
            }
        }
        if showsUnits {
            for evaluation in evaluations { result += "\n" + units(evaluation, named: evaluations.count > 1) }
        }
        return result
    }

    /// The rules that hold for every column, a sentence each.
    static func rules(_ evaluation: ModelEvaluation) -> [String] {
        let measure = evaluation.measure
        let policy = measure.alarmRule.policy
        var lines = ["A record is called anomalous when anomaly_score >= threshold."]
        if let rulThreshold = measure.rulThreshold {
            lines.append("It is anomalous when rul < \(rulThreshold).")
        } else {
            lines.append("It is anomalous when its label says so.")
        }
        lines.append(rule(policy))
        lines.append("It is right when it stands while an anomalous record passes, and false when it ends before.")
        lines.append("Far from the end: raised at rul >= \(measure.alarmRule.farRUL).")
        lines.append("Lead time: rul when the first right alarm is raised; median (10th to 90th percentile).")
        return lines
    }

    /// When an alarm is raised and when it ends, in a sentence.
    private static func rule(_ policy: AlarmPolicy) -> String {
        var text =
            switch (policy.required, policy.span) {
            case (1, _): "An alarm is raised at each record called anomalous after one that is not"
            case (let k, let n) where k == n: "An alarm is raised at record \(k) of \(k) called anomalous in a row"
            case (let k, let n): "An alarm is raised at call \(k) among \(n) records"
            }
        if policy.hysteresis > 0 {
            text += "; scores down to \(NumberText.percent(policy.hysteresis)) below the threshold hold it"
        }
        if policy.clear > 1 { text += "; \(policy.clear) records in a row below end it" }
        if policy.cooldown > 0 { text += "; within \(policy.cooldown) records of its end it is taken up again" }
        return text + "."
    }

    /// One line a unit.
    private static func units(_ evaluation: ModelEvaluation, named: Bool) -> String {
        var table = TextTable()
        if named { table.add([evaluation.modelVersion]) }
        table.add(["unit", "records", "anomalous", "detected", "lead time", "false alarms", "false positives"])
        for unit in evaluation.units {
            table.add([
                "\(unit.unitID)", NumberText.count(unit.recordCount), NumberText.count(unit.anomalousCount),
                unit.isFailing ? (unit.isDetected ? "yes" : "no") : "–", unit.leadTime.map { "\($0)" } ?? "–",
                NumberText.count(unit.falseAlarms), NumberText.count(unit.falseRecords),
            ])
        }
        return table.text()
    }

    private static func metric(_ value: Double?, _ interval: ClosedRange<Double>?) -> String {
        guard let value else { return "–" }
        guard let interval else { return NumberText.fixed(value, 3) }
        let low = NumberText.fixed(interval.lowerBound, 3)
        let high = NumberText.fixed(interval.upperBound, 3)
        return "\(NumberText.fixed(value, 3))  [\(low), \(high)]"
    }

    private static func detected(_ fleet: FleetAlarms) -> String {
        guard fleet.failingCount > 0 else { return "–" }
        return "\(NumberText.count(fleet.detectedCount)) of \(NumberText.count(fleet.failingCount))"
    }

    private static func leadTime(_ fleet: FleetAlarms) -> String {
        guard let spread = fleet.leadTime else { return "–" }
        let one = { (value: Double) in NumberText.fixed(value, value == value.rounded() ? 0 : 1) }
        return "\(one(spread.median)) (\(one(spread.low)) to \(one(spread.high)))"
    }

    /// The threshold, or the lowest and the highest.
    static func thresholds(_ range: ClosedRange<Double>?) -> String {
        guard let range else { return "–" }
        if range.lowerBound == range.upperBound { return NumberText.fixed(range.lowerBound, 4) }
        return "\(NumberText.fixed(range.lowerBound, 4)) to \(NumberText.fixed(range.upperBound, 4))"
    }

    /// The last part of a path.
    static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
