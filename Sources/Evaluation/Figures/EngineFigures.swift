/// What the operators of the engines would have seen.
enum EngineFigures {
    /// The whole fleet, and the lead times.
    static func all(_ evaluation: ModelEvaluation, suffix: String) -> [Figure] {
        [fleet(evaluation, "fleet" + suffix), leadTimes(evaluation, "lead-times" + suffix)].compactMap { $0 }
    }

    /// What a decision was worth, in the order of the legend.
    private enum Outcome: Int {
        case trueNegative, falsePositive, truePositive, falseNegative

        var style: String { ["quiet", "early", "anomalous", "missed"][rawValue] }
    }

    private static func outcome(_ records: LabelledScores, _ index: Int) -> Outcome? {
        switch (records.labels[index], records.decisions[index]) {
        case (0, 0): .trueNegative
        case (0, 1): .falsePositive
        case (1, 1): .truePositive
        case (1, 0): .falseNegative
        default: nil
        }
    }

    /// Each engine a row, its records by remaining life, painted by what was decided about them.
    private static func fleet(_ evaluation: ModelEvaluation, _ name: String) -> Figure {
        let records = evaluation.records
        let clock = LifeClock(records)
        // Engines seen to a late point stand above those that were not, as in a book of lives.
        let lives = evaluation.lives.enumerated().sorted {
            let (a, b) = (clock.end(of: $0.element, in: records), clock.end(of: $1.element, in: records))
            return a != b ? (a < b) != clock.rises : $0.offset < $1.offset
        }.map(\.element)
        let rowHeight = lives.count <= 40 ? 6.0 : lives.count <= 110 ? 3.6 : 1.8
        var plot = Plot(
            title: "The fleet, engine by engine", x: clock.axis(records, lives),
            y: Axis("", from: Double(lives.count), to: 0))
        plot.height = 110 + rowHeight * Double(lives.count)
        plot.y.ticks = []
        plot.labelsRows = false
        for (row, life) in lives.enumerated() {
            var start = 0
            while start < life.count {
                guard let kind = outcome(records, life[start]) else {
                    start += 1
                    continue
                }
                var end = start + 1
                while end < life.count, outcome(records, life[end]) == kind { end += 1 }
                let from = clock.time(life[start], in: records)
                let to = clock.time(life[end - 1], in: records) + (clock.rises ? 1 : -1)
                plot.marks.append(.strip(from, to, row: Double(row), height: 0.72, style: kind.style))
                start = end
            }
        }
        plot.legend = [
            ("quiet", "healthy"), ("early", "called while healthy"), ("anomalous", "called"), ("missed", "missed"),
        ]
        return Figure(
            name,
            caption: "A row is an engine from its first scored record to its last; "
                + "\(NumberText.count(evaluation.fleet.falseAlarms, "false alarm")) among "
                + "\(NumberText.count(evaluation.fleet.unitCount, "engine")).",
            drawing: plot.svg(), isTall: plot.height > 400)
    }

    private static func leadTimes(_ evaluation: ModelEvaluation, _ name: String) -> Figure? {
        let times = evaluation.units.compactMap(\.leadTime).map { Double($0) }
        guard let longest = times.max(), let spread = evaluation.fleet.leadTime else { return nil }
        let width = longest <= 60 ? 5.0 : longest <= 150 ? 10 : 20
        let binCount = Int(longest / width) + 1
        var counts = [Double](repeating: 0, count: binCount)
        for time in times { counts[min(max(Int(time / width), 0), binCount - 1)] += 1 }
        let highest = counts.max() ?? 1
        var plot = Plot(
            title: "Lead time of right alarms",
            x: Axis("cycles from the alarm to the failure", from: Double(binCount) * width, to: 0, ticks: 6),
            y: Axis("engines", from: 0, to: highest * 1.08, ticks: highest < 4 ? Int(highest) : 5))
        plot.marks = [
            .bars(
                counts.enumerated().map { (Double($0) * width, Double($0 + 1) * width, $1) }, style: "anomalous"),
            .upright(spread.median, style: "threshold", label: "median \(NumberText.amount(spread.median))"),
        ]
        let missed = evaluation.fleet.failingCount - evaluation.fleet.detectedCount
        return Figure(
            name,
            caption: "\(NumberText.count(evaluation.fleet.detectedCount)) of "
                + "\(NumberText.count(evaluation.fleet.failingCount, "failing engine")) detected, "
                + "\(NumberText.count(missed)) missed. Alarm policy: \(evaluation.measure.alarmRule.policy).",
            drawing: plot.svg())
    }
}
