/// A drawing of an evaluation, with the sentence that belongs below it.
public struct Figure: Sendable {
    /// What it is called among files: `roc`, `scores-iforest-83d16dd5512d`.
    public let name: String
    /// What is to be seen on it, with the numbers that matter.
    public let caption: String
    /// The `svg` element.
    let element: String
    /// Whether it takes the room of two on a page.
    let isTall: Bool

    init(_ name: String, caption: String, drawing: Markup, isTall: Bool = false) {
        self.isTall = isTall
        self.name = name
        self.caption = caption
        element = drawing.text()
    }

    /// The figure as an SVG file of its own.
    public var svg: String {
        // The style stands inside: a file that is looked at alone has no page to paint it.
        let style = "<style>\(FigureStyle.colours)\(FigureStyle.marks)</style>\n"
        guard let end = element.firstIndex(of: ">") else { return element }
        let next = element.index(after: end)
        return "\(element[..<next])\n\(style)\(element[next...])\n"
    }
}

/// All figures of some evaluations.
public struct EvaluationFigures: Sendable {
    /// The figures of one model.
    public struct OfModel: Sendable {
        /// How its decisions come about: threshold, scores, confusion, reliability.
        public let decisions: [Figure]
        /// What the engines' operators would have seen.
        public let engines: [Figure]
        /// The scores of chosen engines over their life.
        public let lives: [Figure]
    }

    /// How well the models rank: ROC and precision-recall curve, and the metrics' intervals.
    public let ranking: [Figure]
    /// Each model's own figures, in order.
    public let models: [OfModel]

    /// Draws `evaluations`.
    public init(_ evaluations: [ModelEvaluation]) {
        ranking = RankingFigures.all(evaluations)
        models = evaluations.enumerated().map { place, evaluation in
            // Two files may hold records of the same model.
            let isRepeated = evaluations.count { $0.modelVersion == evaluation.modelVersion } > 1
            let suffix =
                evaluations.count > 1
                ? "-\(EvaluationFigures.fileName(evaluation.name))\(isRepeated ? "-\(place + 1)" : "")" : ""
            return OfModel(
                decisions: DecisionFigures.all(evaluation, suffix: suffix),
                engines: EngineFigures.all(evaluation, suffix: suffix),
                lives: LifeFigures.all(evaluation, suffix: suffix))
        }
    }

    /// A model's name as part of a file's: whatever is no letter, digit or dot becomes a hyphen.
    private static func fileName(_ model: String) -> String {
        String(model.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
    }

    /// Every figure.
    public var all: [Figure] { ranking + models.flatMap { $0.decisions + $0.engines + $0.lives } }
}
