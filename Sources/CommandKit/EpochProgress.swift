import Glibc

/// Shows how far a training is: on a terminal a line that is rewritten, with the time that is left; elsewhere one line an
/// epoch.
public struct EpochProgress {
    private let report: Report
    private let start = ContinuousClock.now
    private var done: Double?
    private var shown: ContinuousClock.Instant?

    /// Prepares to show a training.
    public init(_ report: Report) {
        self.report = report
    }

    /// Shows step `step` of `steps` in `epoch` (from 1), of at most `epochs`; ten times a second at most.
    public mutating func show(epoch: Int, of epochs: Int, step: Int, steps: Int, loss: Double) {
        guard report.showsProgress else { return }
        let now = ContinuousClock.now
        let position = Double(epoch - 1) + Double(step) / Double(steps)
        // A resumed training does not begin at 0.
        let begin = done ?? (position - 1 / Double(steps))
        done = begin
        if let shown, now - shown < .milliseconds(100) { return }
        shown = now
        let elapsed = (now - start) / .seconds(1)
        let left = elapsed * (Double(epochs) - position) / max(position - begin, 1e-9)
        let text =
            "\(report.tool): epoch \(epoch)/\(epochs)  step \(step)/\(steps)  loss \(EpochProgress.short(loss))  "
            + "at most \(EpochProgress.time(left)) left"
        write("\r\u{1B}[2K" + text)
    }

    /// Reports that an epoch of at most `epochs` ended.
    public func finishEpoch(
        _ epoch: Int, of epochs: Int, training: Double, validation: Double, rate: Double, isBest: Bool
    ) {
        if report.showsProgress { write("\r\u{1B}[2K") }
        report.logger.notice(
            "epoch \(epoch)/\(epochs): loss \(EpochProgress.short(training)), validation \(EpochProgress.short(validation))\(isBest ? " (best)" : ""), rate \(EpochProgress.short(rate))"
        )
    }

    private func write(_ text: String) {
        // Progress that cannot be shown is no reason to stop.
        var text = text
        _ = text.withUTF8 { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Four significant digits.
    private static func short(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value)" }
        let scale = pow(10, 3 - floor(log10(abs(value))))
        return "\((value * scale).rounded() / scale)"
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9))
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let minutes = whole / 60
        return minutes < 60
            ? "\(minutes):\(two(whole % 60))" : "\(minutes / 60):\(two(minutes % 60)):\(two(whole % 60))"
    }
}
