/// How well models rank records, whatever the threshold.
enum RankingFigures {
    /// ROC curve, precision-recall curve, and the metrics with their intervals.
    static func all(_ evaluations: [ModelEvaluation]) -> [Figure] {
        [receiverOperatingCharacteristic(evaluations), precisionRecall(evaluations), metrics(evaluations)]
    }

    /// What a model is called in a legend, with a number of `metric`.
    private static func entry(
        _ place: Int, _ evaluation: ModelEvaluation, _ metric: String, _ value: Double?
    ) -> (style: String, text: String) {
        (FigureStyle.series(place), "\(evaluation.name), \(metric) \(NumberText.fixed(value, 3))")
    }

    private static func receiverOperatingCharacteristic(_ evaluations: [ModelEvaluation]) -> Figure {
        var plot = Plot(
            title: "ROC curve", x: .share("healthy records called (false positive rate)"),
            y: .share("anomalous records called (recall)"))
        plot.marks.append(.line([(0, 0), (1, 1)], style: "aid"))
        for (place, evaluation) in evaluations.enumerated() {
            var points: [Plot.Point] = [(0, 0)]
            for point in evaluation.curve.points {
                if let x = point.falsePositiveRate, let y = point.recall { points.append((x, y)) }
            }
            plot.marks.append(.line(points, style: FigureStyle.series(place)))
            if let x = evaluation.confusion.falsePositiveRate, let y = evaluation.confusion.recall {
                plot.marks.append(
                    .dot((x, y), style: FigureStyle.series(place), tells: "\(evaluation.name): as decided"))
            }
            plot.legend.append(entry(place, evaluation, "AUC", evaluation.areaUnderROC))
        }
        return Figure(
            "roc",
            caption: "The chance that an anomalous record scores above a healthy one is the area under the curve; the "
                + "dashed line is chance, the dot the decision taken.",
            drawing: plot.svg())
    }

    private static func precisionRecall(_ evaluations: [ModelEvaluation]) -> Figure {
        var plot = Plot(
            title: "Precision and recall", x: .share("anomalous records called (recall)"),
            y: .share("calls that are right (precision)"))
        for score in [0.2, 0.4, 0.6, 0.8] {
            // F1 = 2pr / (p + r)
            let recalls = stride(from: score / 2 + 0.002, through: 1, by: 0.01)
            let points: [Plot.Point] = recalls.map { ($0, score * $0 / (2 * $0 - score)) }.filter { $0.1 <= 1 }
            plot.marks.append(.line(points, style: "faint"))
            plot.marks.append(.words("F1 \(score)", (0.995, score / (2 - score) + 0.01), style: "label small end"))
        }
        for (place, evaluation) in evaluations.enumerated() {
            var points: [Plot.Point] = []
            for point in evaluation.curve.points where point.isStep {
                if let x = point.recall, let y = point.precision { points.append((x, y)) }
            }
            plot.marks.append(.line(points, style: FigureStyle.series(place)))
            if let x = evaluation.confusion.recall, let y = evaluation.confusion.precision {
                plot.marks.append(
                    .dot((x, y), style: FigureStyle.series(place), tells: "\(evaluation.name): as decided"))
            }
            plot.legend.append(entry(place, evaluation, "AP", evaluation.averagePrecision))
        }
        if let prevalence = evaluations.first?.prevalence { plot.marks.append(.level(prevalence, style: "aid")) }
        return Figure(
            "precision-recall",
            caption: "The dashed line is what calling at random would reach: "
                + "\(NumberText.percent(evaluations.first?.prevalence)) of the records are anomalous. Grey curves join "
                + "points of equal F1.",
            drawing: plot.svg())
    }

    private static func metrics(_ evaluations: [ModelEvaluation]) -> Figure {
        typealias Row = (
            name: String, value: (ModelEvaluation) -> Double?, interval: (UnitBootstrap) -> ClosedRange<Double>?
        )
        let rows: [Row] = [
            ("F1", { $0.confusion.f1 }, { $0.f1 }), ("precision", { $0.confusion.precision }, { $0.precision }),
            ("recall", { $0.confusion.recall }, { $0.recall }),
            ("average precision", { $0.averagePrecision }, { $0.averagePrecision }),
            ("AUC-ROC", { $0.areaUnderROC }, { $0.areaUnderROC }),
        ]
        var plot = Plot(
            title: "Metrics with 95 % intervals", x: .share(""),
            y: Axis("", from: Double(rows.count), to: 0, ticks: rows.count))
        plot.height = max(260, 60 + Double(rows.count * (24 + 11 * evaluations.count)))
        plot.y.ticks = []
        plot.labelsRows = false
        for (index, row) in rows.enumerated() {
            plot.marks.append(.words(row.name, (0.01, Double(index) + 0.26), style: "label"))
            for (place, evaluation) in evaluations.enumerated() {
                let style = FigureStyle.series(place)
                let y = Double(index) + 0.3 + 0.7 * (Double(place) + 0.75) / (Double(evaluations.count) + 0.5)
                if let interval = evaluation.intervals.flatMap(row.interval) {
                    plot.marks.append(.line([(interval.lowerBound, y), (interval.upperBound, y)], style: style))
                }
                guard let value = row.value(evaluation) else { continue }
                plot.marks.append(
                    .dot(
                        (value, y), style: style, tells: "\(evaluation.name): \(row.name) \(NumberText.fixed(value, 3))"
                    ))
            }
        }
        if evaluations.count > 1 {
            plot.legend = evaluations.enumerated().map { (FigureStyle.series($0), $1.name) }
        }
        let draws = evaluations.first?.intervals.map {
            "Lines span the 95 % interval over \(NumberText.count($0.replicates)) draws of whole engines: another fleet "
                + "of this size would likely measure a value within."
        }
        return Figure("metrics", caption: draws ?? "Without intervals (--bootstrap 0).", drawing: plot.svg())
    }
}
