/// How the losses of a training fell.
public enum LossFigure {
    /// The losses of each epoch, with the epoch that was kept.
    ///
    /// - Parameters:
    ///   - training: the mean loss of the training windows in each epoch, from the first on.
    ///   - validation: the loss of the healthy validation windows after each.
    ///   - best: the epoch that was kept, from 1.
    public static func figure(training: [Double], validation: [Double], best: Int) -> Figure {
        func points(_ losses: [Double]) -> [Plot.Point] {
            losses.enumerated().compactMap { $1.isFinite ? (Double($0 + 1), $1) : nil }
        }
        let all = (training + validation).filter(\.isFinite)
        var plot = Plot(
            title: "Loss by epoch", x: Axis("epoch", from: 1, to: Double(max(training.count, 2))),
            y: Axis("loss", from: 0, to: max((all.max() ?? 1) * 1.05, 1e-12)))
        plot.marks = [
            .line(points(training), style: "series-1"), .line(points(validation), style: "series-2"),
            .upright(Double(best), style: "threshold", label: "kept"),
        ]
        plot.legend = [("series-1", "training windows"), ("series-2", "healthy validation windows")]
        let kept = validation.indices.contains(best - 1) ? NumberText.fixed(validation[best - 1], 4) : "–"
        return Figure(
            "loss",
            caption:
                "Epoch \(best) of \(training.count) was kept: the healthy windows of the validation units had their "
                + "lowest loss there, \(kept).",
            drawing: plot.svg())
    }
}
