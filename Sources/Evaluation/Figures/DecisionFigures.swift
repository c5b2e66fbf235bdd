/// How one model's decisions come about.
enum DecisionFigures {
    /// Threshold curve, distribution of scores, confusion matrix, reliability of the confidences.
    static func all(_ evaluation: ModelEvaluation, suffix: String) -> [Figure] {
        [
            threshold(evaluation, "threshold" + suffix), distributions(evaluation, "scores" + suffix),
            confusion(evaluation, "confusion" + suffix),
            ReliabilityFigure.figure(evaluation, "reliability" + suffix),
        ].compactMap { $0 }
    }

    private static func marks(of thresholds: ClosedRange<Double>?) -> [Plot.Mark] {
        guard let thresholds else { return [] }
        let label = NumberText.fixed(thresholds.lowerBound, 3)
        guard thresholds.lowerBound < thresholds.upperBound else {
            return [.upright(thresholds.lowerBound, style: "threshold", label: label)]
        }
        return [
            .upright(thresholds.lowerBound, style: "threshold", label: nil),
            .upright(thresholds.upperBound, style: "threshold", label: nil),
        ]
    }

    private static func threshold(_ evaluation: ModelEvaluation, _ name: String) -> Figure {
        var plot = Plot(
            title: "What other thresholds would do", x: .around("threshold", evaluation.curve.scores),
            y: .share("share"))
        var f1: [Plot.Point] = []
        var precision: [Plot.Point] = []
        var recall: [Plot.Point] = []
        var best: (threshold: Double, f1: Double)?
        for index in 0..<evaluation.curve.count {
            let confusion = evaluation.curve.confusion(at: index)
            let score = evaluation.curve.scores[index]
            if let value = confusion.f1 {
                f1.append((score, value))
                if value > best?.f1 ?? -1 { best = (evaluation.curve.threshold(at: index), value) }
            }
            if let value = confusion.precision { precision.append((score, value)) }
            if let value = confusion.recall { recall.append((score, value)) }
        }
        plot.marks = [
            .line(precision, style: "series-3 thin"), .line(recall, style: "series-4 thin"),
            .line(f1, style: "series-1"),
        ]
        plot.marks += marks(of: evaluation.thresholds)
        plot.legend = [("series-1", "F1"), ("series-3", "precision"), ("series-4", "recall")]
        var caption = "F1 as decided: \(NumberText.fixed(evaluation.confusion.f1, 3))."
        if let best {
            caption +=
                " The best that any threshold would have reached on these records, which nobody can know beforehand: "
                + "\(NumberText.fixed(best.f1, 3)) at \(NumberText.fixed(best.threshold, 3))."
        }
        return Figure(name, caption: caption, drawing: plot.svg())
    }

    private static func distributions(_ evaluation: ModelEvaluation, _ name: String) -> Figure {
        let records = evaluation.records
        let axis = Axis.around("anomaly score", evaluation.curve.scores)
        let binCount = 44
        var shares = [[Double]](repeating: [Double](repeating: 0, count: binCount), count: 2)
        for index in 0..<records.count where records.labels[index] >= 0 {
            let bin = min(max(Int(axis.place(records.scores[index]) * Double(binCount)), 0), binCount - 1)
            shares[Int(records.labels[index])][bin] += records.weights.isEmpty ? 1 : records.weights[index]
        }
        for label in 0..<2 {
            let sum = shares[label].reduce(0, +)
            if sum > 0 { shares[label] = shares[label].map { 100 * $0 / sum } }
        }
        let highest = max(shares[0].max() ?? 0, shares[1].max() ?? 0, 1)
        var plot = Plot(
            title: "Scores of healthy and anomalous records", x: axis,
            y: Axis("% of the class", from: 0, to: highest * 1.05))
        for (label, style) in ["healthy", "anomalous"].enumerated() {
            var outline: [Plot.Point] = []
            for bin in 0..<binCount {
                let left = axis.start + (axis.end - axis.start) * Double(bin) / Double(binCount)
                let right = axis.start + (axis.end - axis.start) * Double(bin + 1) / Double(binCount)
                outline += [(left, shares[label][bin]), (right, shares[label][bin])]
            }
            plot.marks += [.area(outline, style: style), .line(outline, style: "\(style) thin")]
        }
        plot.marks += marks(of: evaluation.thresholds)
        plot.legend = [
            ("healthy", "\(NumberText.count(evaluation.recordCount - evaluation.positiveCount)) healthy"),
            ("anomalous", "\(NumberText.count(evaluation.positiveCount)) anomalous"),
        ]
        return Figure(
            name, caption: "Each class adds up to 100 %, however few its records; the dashed line is the threshold.",
            drawing: plot.svg())
    }

    private static func confusion(_ evaluation: ModelEvaluation, _ name: String) -> Figure {
        let confusion = evaluation.confusion
        let height = 260.0
        var svg = Markup(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 360 \(Draw.number(height))"), ("role", "img"),
                ("class", "plot"),
            ], [Markup("title", text: "Confusion matrix")])
        svg.add(Draw.words("Decisions against truth", x: 4, y: 15, style: "plot-title"))
        let rows = [
            ("anomalous", [confusion.truePositives, confusion.falseNegatives], ["anomalous", "missed"]),
            ("healthy", [confusion.falsePositives, confusion.trueNegatives], ["early", "healthy"]),
        ]
        for (column, title) in ["called anomalous", "called healthy"].enumerated() {
            svg.add(Draw.words(title, x: 146 + 134 * Double(column), y: 46, style: "label middle"))
        }
        for (row, (truth, counts, styles)) in rows.enumerated() {
            let y = 56 + 100 * Double(row)
            let sum = counts[0] + counts[1]
            svg.add(Draw.words("truly", x: 70, y: y + 42, style: "label end"))
            svg.add(Draw.words(truth, x: 70, y: y + 56, style: "label end"))
            for (column, count) in counts.enumerated() {
                let x = 80 + 134 * Double(column)
                let share = sum > 0 ? count / sum : 0
                var cell = Draw.rectangle(x: x, y: y, width: 130, height: 96, style: styles[column])
                cell.attributes.append(("fill-opacity", NumberText.fixed(0.08 + 0.5 * share, 2)))
                svg.add(cell)
                svg.add(Draw.words(NumberText.amount(count), x: x + 65, y: y + 48, style: "cell-count middle"))
                let text = sum > 0 ? "\(NumberText.percent(share)) of them" : "–"
                svg.add(Draw.words(text, x: x + 65, y: y + 68, style: "label middle"))
            }
        }
        let wrong = confusion.precision.map { NumberText.percent(1 - $0) } ?? "–"
        return Figure(
            name,
            caption: "Of the records called anomalous \(wrong) are healthy, of the anomalous ones "
                + "\(NumberText.percent(confusion.recall)) are called.",
            drawing: svg)
    }
}
