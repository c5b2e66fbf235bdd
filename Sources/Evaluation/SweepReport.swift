import SensorData

/// A threshold sweep as a table for people, and as JSON.
public struct SweepReport: Sendable {
    private let sweep: ThresholdSweep
    private let data: LabelledScores
    private let weighting: RecordWeighting

    /// Reports `sweep`, done on `data` after weighting it as `weighting` says.
    public init(_ sweep: ThresholdSweep, of data: LabelledScores, weighting: RecordWeighting) {
        self.sweep = sweep
        self.data = data
        self.weighting = weighting
    }

    /// The protocol, one line a threshold (the chosen one marked by an arrow), and the choice.
    public func text() -> String {
        var head = TextTable()
        let entries = [
            ("model", data.modelVersion),
            ("objective", "\(sweep.objective): \(meaning)"),
            ("decision", "anomaly_score >= threshold"),
            ("records", records),
            ("anomalous", data.labelledCount > 0 ? anomalous : "not known: no record has a label"),
            ("weights", weighting == .truncation ? "truncation: (rul + 1) / (scored cycles of the unit)" : "none"),
        ]
        for (name, value) in entries { head.add(["\(name)" + String(repeating: " ", count: 11 - name.count) + value]) }
        var table = TextTable()
        table.add(["", "threshold"] + columns.map(\.title))
        for point in pointsWithBest {
            table.add(
                [point == sweep.best ? "→" : "", NumberText.fixed(point.threshold, 4)] + columns.map { $0.cell(point) })
        }
        return head.text() + "\n" + table.text() + "\n" + choice
    }

    /// `{"objective", "best", "protocol", "thresholds"}`
    public func json() -> String {
        ReportJSON.object([
            ("model_version", .string(data.modelVersion)),
            ("objective", .string("\(sweep.objective)")),
            ("best", json(sweep.best)),
            (
                "protocol",
                .object([
                    ("decision", .string("anomaly_score >= threshold")),
                    ("weights", .string(weighting.rawValue)),
                    ("units", .integer(data.unitIDs.count)),
                    ("records", .integer(data.count)),
                    ("warmup_skipped", .integer(data.warmupCount)),
                    ("unlabelled", .integer(data.unlabelledCount)),
                    ("positives", .integer(data.positiveCount)),
                    ("prevalence", .number(data.prevalence)),
                ])
            ),
            ("thresholds", .array(sweep.points.map(json))),
        ]).text()
    }

    private func json(_ point: ThresholdPoint) -> ReportJSON {
        let confusion = point.confusion
        var members: [(String, ReportJSON)] = [
            ("threshold", .number(point.threshold)), ("called", .number(point.alarmShare)),
        ]
        guard data.labelledCount > 0 else { return .object(members) }
        members += [
            ("objective", .number(sweep.objective.value(of: confusion))),
            ("f1", .number(confusion.f1)),
            ("precision", .number(confusion.precision)),
            ("recall", .number(confusion.recall)),
            ("false_positives_per_1000", .number(confusion.falsePositiveRate.map { $0 * 1000 })),
            ("true_positives", .number(confusion.truePositives)),
            ("false_positives", .number(confusion.falsePositives)),
            ("false_negatives", .number(confusion.falseNegatives)),
            ("true_negatives", .number(confusion.trueNegatives)),
        ]
        return .object(members)
    }

    /// The points of the grid, and the chosen threshold in its place where it is none of them.
    private var pointsWithBest: [ThresholdPoint] {
        guard !sweep.points.contains(sweep.best) else { return sweep.points }
        return (sweep.points + [sweep.best]).sorted { $0.threshold < $1.threshold }
    }

    private var columns: [(title: String, cell: (ThresholdPoint) -> String)] {
        let called = ("called", { (point: ThresholdPoint) in NumberText.percent(point.alarmShare) })
        guard data.labelledCount > 0 else { return [called] }
        var columns: [(String, (ThresholdPoint) -> String)] = []
        switch sweep.objective {
        case .fScore(let beta) where beta != 1:
            columns.append(("F\(NumberText.shortest(beta))", { NumberText.fixed($0.confusion.fScore(beta: beta), 3) }))
        case .cost:
            let objective = sweep.objective
            columns.append(("cost a record", { NumberText.fixed(objective.value(of: $0.confusion), 4) }))
        default: break
        }
        let decimals = data.weights.isEmpty ? 0 : 1
        return columns + [
            ("F1", { NumberText.fixed($0.confusion.f1, 3) }),
            ("precision", { NumberText.fixed($0.confusion.precision, 3) }),
            ("recall", { NumberText.fixed($0.confusion.recall, 3) }),
            ("false/1000", { NumberText.fixed($0.confusion.falsePositiveRate.map { $0 * 1000 }, 1) }),
            ("true pos", { NumberText.fixed($0.confusion.truePositives, decimals) }),
            ("false pos", { NumberText.fixed($0.confusion.falsePositives, decimals) }),
            ("false neg", { NumberText.fixed($0.confusion.falseNegatives, decimals) }),
            ("true neg", { NumberText.fixed($0.confusion.trueNegatives, decimals) }),
            called,
        ]
    }

    private var meaning: String {
        switch sweep.objective {
        case .fScore(let beta):
            beta == 1 ? "the highest F1" : "the highest F-score, recall counting \(NumberText.shortest(beta)) times"
        case .cost(let miss, let falseAlarm):
            "the lowest cost; a miss costs \(NumberText.shortest(miss)), a false alarm \(NumberText.shortest(falseAlarm))"
        case .falseAlarms(let per1000):
            "the highest recall at no more than \(NumberText.shortest(per1000)) false alarms per 1000 healthy records"
        case .quantile(let share): "\(NumberText.percent(share)) of the records lie below"
        }
    }

    private var records: String {
        var text = "\(NumberText.count(data.count)) of \(NumberText.count(data.unitIDs.count, "unit"))"
        text += "; skipped: \(NumberText.count(data.warmupCount)) of warm-up"
        if data.labelledCount > 0 { text += ", \(NumberText.count(data.unlabelledCount)) unlabelled" }
        return text
    }

    private var anomalous: String {
        var text = NumberText.count(data.positiveCount)
        text += ", \(NumberText.percent(Double(data.positiveCount) / Double(data.labelledCount)))"
        if weighting == .truncation { text += "; weighted \(NumberText.percent(data.prevalence))" }
        return text
    }

    private var choice: String {
        let best = sweep.best
        var text = "best threshold \(best.threshold)"
        if data.labelledCount > 0 {
            text += ": F1 \(NumberText.fixed(best.confusion.f1, 3))"
            text += ", precision \(NumberText.fixed(best.confusion.precision, 3))"
            text += ", recall \(NumberText.fixed(best.confusion.recall, 3))"
        } else {
            text += ": \(NumberText.percent(best.alarmShare)) of the records are called anomalous"
        }
        return text + "\n"
    }
}
