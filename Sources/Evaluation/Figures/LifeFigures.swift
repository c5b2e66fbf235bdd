/// The scores of some engines over their life: those that show the detector at its best, its worst and its usual.
enum LifeFigures {
    /// At most six engines, each chosen by a rule that its caption names.
    static func all(_ evaluation: ModelEvaluation, suffix: String) -> [Figure] {
        let lives = Dictionary(
            evaluation.lives.map { (evaluation.records.unitID(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
        let scores = evaluation.curve.scores + [evaluation.thresholds?.upperBound].compactMap { $0 }
        return chosen(evaluation.units).compactMap { unit, reason in
            lives[unit.unitID].map {
                figure(
                    evaluation, unit, $0, reason: reason, scores: .around("anomaly score", scores),
                    name: "life-\(unit.unitID)\(suffix)")
            }
        }
    }

    private static func chosen(_ units: [UnitAlarms]) -> [(UnitAlarms, String)] {
        let detected = units.filter { $0.leadTime != nil }.sorted {
            ($0.leadTime ?? 0, $0.unitID) < ($1.leadTime ?? 0, $1.unitID)
        }
        let missed = units.filter { $0.isFailing && !$0.isDetected }.sorted {
            ($1.anomalousCount, $0.unitID) < ($0.anomalousCount, $1.unitID)
        }
        let alarming = units.filter { $0.falseAlarms > 0 }.sorted {
            ($1.falseAlarms, $1.falseRecords, $0.unitID) < ($0.falseAlarms, $0.falseRecords, $1.unitID)
        }
        let quiet = units.filter { !$0.isFailing && $0.falseRecords == 0 }.sorted {
            ($1.healthyCount, $0.unitID) < ($0.healthyCount, $1.unitID)
        }
        let candidates: [(UnitAlarms?, String)] = [
            (detected.isEmpty ? nil : detected[detected.count / 2], "detected with the median lead time"),
            (detected.last, "detected with the longest lead time"),
            (detected.first, "detected with the shortest lead time"),
            (missed.first, "missed, with the most anomalous records"),
            (alarming.first, "the most false alarms"),
            (quiet.first, "the longest healthy record without a call"),
        ]
        var result: [(UnitAlarms, String)] = []
        for case (let unit?, let reason) in candidates where !result.contains(where: { $0.0.unitID == unit.unitID }) {
            result.append((unit, reason))
        }
        return result
    }

    private static func figure(
        _ evaluation: ModelEvaluation, _ unit: UnitAlarms, _ life: [Int], reason: String, scores: Axis, name: String
    ) -> Figure {
        let records = evaluation.records
        let clock = LifeClock(records)
        var plot = Plot(title: "Engine \(unit.unitID)", x: clock.axis(records, [life]), y: scores)
        plot.height = 220
        // The stretch that is labelled anomalous; past the last record nobody has looked.
        if let first = life.first(where: { records.labels[$0] == 1 }), let last = life.last {
            plot.marks.append(
                .stripe(
                    clock.time(first, in: records), clock.rises ? clock.time(last, in: records) : 0, style: "failing"))
        }
        if let thresholds = evaluation.thresholds, thresholds.lowerBound == thresholds.upperBound {
            plot.marks.append(.level(thresholds.lowerBound, style: "threshold"))
        }
        for index in unit.raised {
            plot.marks.append(.upright(clock.time(index, in: records), style: "alarm", label: nil))
        }
        plot.marks.append(
            .line(life.map { (clock.time($0, in: records), records.scores[$0]) }, style: "healthy thin"))
        let called = life.filter { records.decisions[$0] == 1 }.count
        var caption = "\(reason.prefix(1).uppercased())\(reason.dropFirst()). "
        caption += "\(NumberText.count(called)) of \(NumberText.count(life.count, "record")) called"
        if let lead = unit.leadTime {
            caption += "; first right alarm \(NumberText.count(Int(lead), "cycle")) before the failure"
        }
        if unit.falseAlarms > 0 { caption += "; \(NumberText.count(unit.falseAlarms, "false alarm"))" }
        return Figure(name, caption: caption + ".", drawing: plot.svg())
    }
}
