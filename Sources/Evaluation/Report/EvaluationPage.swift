/// Evaluations as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.
///
/// The same evaluations give the same bytes; there is no date on the page.
public enum EvaluationPage {
    /// The page.
    ///
    /// - Parameter tool: what made it, for the last line: `evaluate 0.1.0`.
    public static func text(_ evaluations: [ModelEvaluation], figures: EvaluationFigures, tool: String) -> String {
        var main = Markup("main")
        main.add(header(evaluations))
        if evaluations.count > 1 { main.add(section("Comparison", [], [comparison(evaluations)])) }
        main.add(section("Ranking", grid(figures.ranking)))
        for (evaluation, own) in zip(evaluations, figures.models) {
            let title = evaluations.count > 1 ? ": \(evaluation.name)" : ""
            main.add(section("Decisions\(title)", grid(own.decisions)))
            main.add(
                section("Engines\(title)", grid(own.engines + own.lives), [engines(evaluation)]))
        }
        main.add(section("Protocol", [], [ProtocolTable.markup(evaluations)]))
        main.add(Markup("footer", [], [Markup("p", text: "Made by \(tool). The page holds all it shows.")]))

        var style = Markup("style")
        style.contents = [.verbatim(FigureStyle.colours + FigureStyle.marks + ReportStyle.page)]
        let names = evaluations.map(\.name).joined(separator: ", ")
        let head = Markup(
            "head", [],
            [
                Markup("meta", [("charset", "utf-8")]),
                Markup("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
                Markup("title", text: "Evaluation of \(names)"), style,
            ])
        return "<!DOCTYPE html>\n" + Markup("html", [("lang", "en")], [head, Markup("body", [], [main])]).text() + "\n"
    }

    private static func section(_ title: String, _ parts: [Markup], _ rest: [Markup] = []) -> Markup {
        Markup("section", [], [Markup("h2", text: title)] + parts + rest)
    }

    private static func grid(_ figures: [Figure]) -> [Markup] {
        [
            Markup(
                "div", [("class", "figures")],
                figures.map { figure in
                    var drawing = Markup("div")
                    drawing.contents = [.verbatim(figure.element)]
                    let frame = figure.isTall ? [("class", "tall")] : []
                    return Markup("figure", frame, [drawing, Markup("figcaption", text: figure.caption)])
                })
        ]
    }

    /// What a reader wants to know first: of the model with the highest average precision.
    private static func header(_ evaluations: [ModelEvaluation]) -> Markup {
        var header = Markup("header")
        header.add(Markup("p", [("class", "brand")], text: "Borescope"))
        header.add(
            Markup("h1", text: evaluations.count == 1 ? "Evaluation" : "Evaluation of \(evaluations.count) models"))
        guard
            let best = evaluations.enumerated().max(by: {
                ($0.element.averagePrecision ?? -1, -$0.offset) < ($1.element.averagePrecision ?? -1, -$1.offset)
            })?.element
        else { return header }
        let place = evaluations.count > 1 ? "Highest average precision: \(best.name). " : "\(best.name). "
        header.add(
            Markup(
                "p", [("class", "lead")],
                text: place + "\(NumberText.count(best.recordCount, "record")) of "
                    + "\(NumberText.count(best.fleet.unitCount, "engine")), "
                    + "\(NumberText.percent(best.prevalence)) of them anomalous."))
        func card(_ name: String, _ value: String, _ note: String) -> Markup {
            Markup(
                "div", [("class", "card")],
                [
                    Markup("span", [("class", "name")], text: name), Markup("strong", text: value),
                    Markup("span", [("class", "note")], text: note),
                ])
        }
        func interval(_ range: ClosedRange<Double>??) -> String {
            guard case .some(.some(let range)) = range else { return "no interval" }
            return "95 %: \(NumberText.fixed(range.lowerBound, 3)) to \(NumberText.fixed(range.upperBound, 3))"
        }
        let fleet = best.fleet
        header.add(
            Markup(
                "div", [("class", "cards")],
                [
                    card("F1", NumberText.fixed(best.confusion.f1, 3), interval(best.intervals?.f1)),
                    card(
                        "Average precision", NumberText.fixed(best.averagePrecision, 3),
                        interval(best.intervals?.averagePrecision)),
                    card(
                        "Failing engines detected",
                        "\(NumberText.count(fleet.detectedCount)) of \(NumberText.count(fleet.failingCount))",
                        "of \(NumberText.count(fleet.unitCount, "engine"))"),
                    card(
                        "Median lead time", fleet.leadTime.map { "\(NumberText.amount($0.median)) cycles" } ?? "–",
                        fleet.leadTime.map {
                            "10th to 90th percentile: \(NumberText.amount($0.low)) to \(NumberText.amount($0.high))"
                        } ?? "no right alarm"),
                    card(
                        "False alarms", NumberText.fixed(fleet.per1000(fleet.falseAlarms), 2),
                        "per 1000 healthy cycles"),
                ]))
        return header
    }

    private static func table(_ heads: [String], _ rows: [[String]]) -> Markup {
        let head = Markup("thead", [], [Markup("tr", [], heads.map { Markup("th", text: $0) })])
        let body = Markup(
            "tbody", [],
            rows.map { row in
                Markup("tr", [], row.enumerated().map { Markup($0 == 0 ? "th" : "td", text: $1) })
            })
        return Markup("div", [("class", "scroll")], [Markup("table", [], [head, body])])
    }

    private static func comparison(_ evaluations: [ModelEvaluation]) -> Markup {
        table(
            [
                "model", "F1", "precision", "recall", "AUC-ROC", "average precision", "detected", "lead time",
                "false alarms / 1000",
            ],
            evaluations.map { one in
                [
                    one.name, NumberText.fixed(one.confusion.f1, 3), NumberText.fixed(one.confusion.precision, 3),
                    NumberText.fixed(one.confusion.recall, 3), NumberText.fixed(one.areaUnderROC, 3),
                    NumberText.fixed(one.averagePrecision, 3),
                    "\(NumberText.count(one.fleet.detectedCount)) of \(NumberText.count(one.fleet.failingCount))",
                    one.fleet.leadTime.map { NumberText.amount($0.median) } ?? "–",
                    NumberText.fixed(one.fleet.per1000(one.fleet.falseAlarms), 2),
                ]
            })
    }

    private static func engines(_ evaluation: ModelEvaluation) -> Markup {
        let rows = evaluation.units.map { unit in
            [
                "\(unit.unitID)", NumberText.count(unit.recordCount), NumberText.count(unit.anomalousCount),
                unit.isFailing ? (unit.isDetected ? "yes" : "no") : "–",
                unit.leadTime.map { NumberText.count(Int($0)) } ?? "–", NumberText.count(unit.falseAlarms),
                NumberText.count(unit.falseRecords),
            ]
        }
        return Markup(
            "details", [],
            [
                Markup("summary", text: "All \(NumberText.count(rows.count, "engine")) as a table"),
                table(
                    [
                        "engine", "records", "anomalous", "detected", "lead time, cycles", "false alarms",
                        "false positives",
                    ], rows),
            ])
    }
}
