/// Whether decisions made with a confidence of 0.8 are right eight times in ten.
enum ReliabilityFigure {
    /// A reliability diagram; nil where the records carry no confidence.
    static func figure(_ evaluation: ModelEvaluation, _ name: String) -> Figure? {
        let bins = evaluation.calibrationError.bins
        guard let error = evaluation.calibrationError.value, let last = bins.last else { return nil }
        var plot = Plot(
            title: "Confidence and truth", x: .share("stated confidence"), y: .share("decisions that were right"))
        plot.marks = [
            .bars(bins.map { ($0.confidences.lowerBound, $0.confidences.upperBound, $0.right) }, style: "quiet"),
            .line([(0, 0), (1, 1)], style: "aid"),
        ]
        plot.marks += bins.map { bin in
            .dot(
                (bin.confidence, bin.right), style: "series-1",
                tells: "\(NumberText.count(bin.count, "decision")), mean confidence "
                    + "\(NumberText.fixed(bin.confidence, 3)), \(NumberText.percent(bin.right)) right")
        }
        plot.marks += bins.map { bin in
            let middle = (bin.confidences.lowerBound + bin.confidences.upperBound) / 2
            return .words(short(bin.count), (middle, 0.015), style: "label small middle")
        }
        plot.legend = [("series-1", "mean confidence"), ("quiet", "right, of so many")]
        let count = bins.reduce(0) { $0 + $1.count }
        return Figure(
            name,
            caption: "Below the dashed line decisions are surer than they should be. Expected calibration error "
                + "\(NumberText.fixed(error, 3)); \(NumberText.percent(Double(last.count) / Double(count))) of the decisions "
                + "state \(NumberText.fixed(last.confidences.lowerBound, 2)) or more. Bars of few decisions say little.",
            drawing: plot.svg())
    }

    /// `count` in as many characters as a bar is wide: 812, 9.8k, 24k.
    private static func short(_ count: Int) -> String {
        if count < 1000 { return "\(count)" }
        let thousands = Double(count) / 1000
        return NumberText.fixed(thousands, thousands < 9.95 ? 1 : 0) + "k"
    }
}
