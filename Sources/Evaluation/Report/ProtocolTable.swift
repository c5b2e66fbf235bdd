/// How the numbers on a page were measured: without it they mean nothing.
enum ProtocolTable {
    static func markup(_ evaluations: [ModelEvaluation]) -> Markup {
        var parts: [Markup] = []
        for evaluation in evaluations {
            if evaluations.count > 1 { parts.append(Markup("h3", text: evaluation.name)) }
            parts.append(
                Markup(
                    "dl", [],
                    entries(evaluation).flatMap { [Markup("dt", text: $0.0), Markup("dd", text: $0.1)] }))
        }
        if let first = evaluations.first {
            parts.append(Markup("ul", [], EvaluationText.rules(first).map { Markup("li", text: $0) }))
        }
        return Markup("div", [("class", "protocol")], parts)
    }

    private static func entries(_ evaluation: ModelEvaluation) -> [(String, String)] {
        let measure = evaluation.measure
        return [
            ("records from", EvaluationText.fileName(evaluation.source)),
            ("records judged", NumberText.count(evaluation.recordCount)),
            (
                "of them anomalous",
                "\(NumberText.count(evaluation.positiveCount)) (\(NumberText.percent(evaluation.prevalence)))"
            ),
            (
                "skipped",
                "\(NumberText.count(evaluation.warmupCount)) of warm-up, \(NumberText.count(evaluation.unlabelledCount)) without label"
            ),
            (
                "engines",
                "\(NumberText.count(evaluation.fleet.unitCount)), \(NumberText.count(evaluation.fleet.failingCount)) failing"
            ),
            (
                "threshold",
                "\(EvaluationText.thresholds(evaluation.thresholds)), from \(measure.threshold == nil ? "the records" : "--threshold")"
            ),
            ("weights", measure.weighting.rawValue),
            (
                "intervals",
                evaluation.intervals.map {
                    "\(NumberText.count($0.replicates)) draws of whole engines, seed \(measure.seed)"
                }
                    ?? "none"
            ),
        ]
    }
}
