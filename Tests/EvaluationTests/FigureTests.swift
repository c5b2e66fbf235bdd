import Evaluation
import Foundation
import SensorData
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Reads an SVG file as any reader of XML would, and keeps what it draws.
private final class Drawing: NSObject, XMLParserDelegate {
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private(set) var words: [String] = []
    private var text = ""

    init(_ svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { throw CocoaError(.fileReadCorruptFile) }
    }

    func parser(
        _: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
        attributes: [String: String]
    ) {
        elements.append((name, attributes))
        text = ""
    }

    func parser(_: XMLParser, foundCharacters string: String) { text += string }

    func parser(_: XMLParser, didEndElement name: String, namespaceURI _: String?, qualifiedName _: String?) {
        if name == "text" { words.append(text) }
        text = ""
    }

    /// The corners of the path whose class is `style`.
    func corners(_ style: String) -> [(x: Double, y: Double)] {
        let path = elements.first { $0.name == "path" && $0.attributes["class"] == style }?.attributes["d"] ?? ""
        return path.split { "ML".contains($0) }.map { corner in
            let numbers = corner.split(separator: " ").compactMap { Double($0) }
            return (numbers.first ?? .nan, numbers.last ?? .nan)
        }
    }
}

@Suite struct FigureTests {
    /// Ten engines of 100 records that run to failure; the score rises with wear from a level of the engine's own.
    private func fleet(model: String = "m") throws -> ModelEvaluation {
        var data = LabelledScores(
            scores: (0..<1000).map { index in
                let (unit, cycle) = (index / 100, index % 100)
                let noise = Double((index * 7919) % 101) / 1010
                return min(0.2 + 0.02 * Double(unit) + noise + max(0, Double(cycle) - 60) * 0.012, 1)
            },
            labels: (0..<1000).map { $0 % 100 >= 70 }, unitIDs: (0..<1000).map { Int64($0 / 100 + 1) },
            cycles: (0..<1000).map { Int64($0 % 100 + 1) }, rul: (0..<1000).map { Int64(99 - $0 % 100) })
        data.decide(threshold: 0.5)
        var measure = EvaluationProtocol()
        measure.threshold = 0.5
        measure.replicates = 50
        return try ModelEvaluation(data, source: "\(model).ndjson", measure: measure)
    }

    @Test func everyFigureIsAnSVGThatStaysInItsFrame() throws {
        let evaluation = try fleet()
        let figures = EvaluationFigures([evaluation]).all
        #expect(figures.count >= 10)
        for figure in figures {
            let drawing = try Drawing(figure.svg)
            let box = try #require(drawing.elements.first?.attributes["viewBox"]).split(separator: " ").compactMap {
                Double($0)
            }
            #expect(box.count == 4)
            #expect(!figure.svg.contains("nan") && !figure.svg.contains("inf"), "\(figure.name)")
            for (name, attributes) in drawing.elements {
                for key in ["x", "x1", "x2", "cx", "y", "y1", "y2", "cy"] {
                    guard let text = attributes[key], attributes["transform"] == nil else { continue }
                    let value = try #require(Double(text), "\(figure.name): \(name) \(key)=\(text)")
                    #expect((0...(key.hasPrefix("x") || key == "cx" ? box[2] : box[3])).contains(value))
                }
            }
        }
    }

    @Test func theROCRunsFromNothingToEverything() throws {
        let drawing = try Drawing(try #require(EvaluationFigures([fleet()]).all.first { $0.name == "roc" }).svg)
        let corners = drawing.corners("series-1 line")
        let first = try #require(corners.first)
        let last = try #require(corners.last)
        // From the lower left corner of the axes to the upper right one, never back.
        #expect(first.x == 46 && last.x == 346 && first.y > last.y)
        for (one, next) in zip(corners, corners.dropFirst()) { #expect(next.x >= one.x && next.y <= one.y) }
        #expect(corners.count < 400)
    }

    @Test func confusionShowsItsCounts() throws {
        let evaluation = try fleet()
        let figure = try #require(EvaluationFigures([evaluation]).all.first { $0.name == "confusion" })
        let counts = try Drawing(figure.svg).words
        for count in [evaluation.confusion.truePositives, evaluation.confusion.falseNegatives] {
            #expect(counts.contains("\(Int(count))"))
        }
    }

    @Test func reliabilityShowsEachBinAtItsPlace() throws {
        var data = LabelledScores()
        for index in 0..<100 {
            // Forty decisions that say 0.7, of which ten are right; sixty that say 1 and are.
            let isSure = index >= 40
            var record = ScoredRecord(unitID: Int64(index / 10), cycle: Int64(index), modelVersion: "m")
            record.anomalyScore = 0.9
            record.isAnomaly = true
            record.label = isSure || index < 10
            record.confidence = isSure ? 1 : 0.7
            try data.append(record)
        }
        let evaluation = try ModelEvaluation(data, source: "x")
        let figure = try #require(EvaluationFigures([evaluation]).all.first { $0.name == "reliability" })
        #expect(figure.caption.contains("calibration error 0.180") && figure.caption.contains("60.0 %"))
        let drawing = try Drawing(figure.svg)
        #expect(drawing.words.contains("40") && drawing.words.contains("60"))
        let bars = drawing.elements.filter { $0.attributes["class"] == "quiet bar" }.compactMap {
            Double($0.attributes["height"] ?? "")
        }
        #expect(bars.count == 2)
        #expect(abs(bars[0] / bars[1] - 0.25) < 0.01)
        // A sure and right decision stands where the dashed line ends.
        let dots = drawing.elements.filter { $0.name == "circle" }.map { $0.attributes }
        let end = try #require(drawing.corners("aid line").last)
        #expect(dots.last?["cx"].flatMap(Double.init) == end.x && dots.last?["cy"].flatMap(Double.init) == end.y)
        #expect(!EvaluationFigures([try fleet()]).all.contains { $0.name == "reliability" }, "no confidence, no figure")
    }

    @Test func namesAreFilesOfTheirOwn() throws {
        let names = EvaluationFigures([try fleet(), try fleet(), try fleet(model: "other")]).all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { !$0.contains("/") && !$0.isEmpty })
    }

    @Test func modelNamesCannotBecomeMarkupOrPaths() throws {
        var record = ScoredRecord(unitID: 1, modelVersion: "<script>../x&\"")
        var data = LabelledScores()
        for (score, label) in [(0.1, false), (0.9, true)] {
            record.anomalyScore = score
            record.label = label
            record.isAnomaly = label
            try data.append(record)
        }
        let evaluation = try ModelEvaluation(data, source: "<b>.ndjson")
        let figures = EvaluationFigures([evaluation, evaluation])
        let page = EvaluationPage.text([evaluation, evaluation], figures: figures, tool: "evaluate")
        #expect(!page.contains("<script") && !page.contains("<b>"))
        for figure in figures.all {
            #expect(!figure.name.contains("/") && !figure.name.contains("<"))
            _ = try Drawing(figure.svg)
        }
    }

    @Test func aPageNeedsNothingElseAndIsTheSameEveryTime() throws {
        let evaluation = try fleet()
        let page = { EvaluationPage.text([evaluation], figures: EvaluationFigures([evaluation]), tool: "evaluate 1") }
        let text = page()
        #expect(text == page())
        for reference in ["<script", "src=", "href=", "@import", "url("] { #expect(!text.contains(reference)) }
        #expect(text.contains("95 %") && text.contains("Protocol") && text.contains("evaluate 1"))
    }

    @Test func engineFiguresDoWithoutRemainingLives() throws {
        var data = LabelledScores(
            scores: [0.1, 0.2, 0.9, 0.1], labels: [false, false, true, false], unitIDs: [1, 1, 1, 2])
        data.decide(threshold: 0.5)
        var measure = EvaluationProtocol()
        measure.threshold = 0.5
        let figures = EvaluationFigures([try ModelEvaluation(data, source: "x", measure: measure)]).all
        #expect(figures.contains { $0.name == "fleet" } && !figures.contains { $0.name == "lead-times" })
        for figure in figures { _ = try Drawing(figure.svg) }
    }
}
