import Detectors
import Evaluation
import Features
import VectorMath

/// A fitted detector with its assessment: what a trainer writes and what it tells.
public struct TrainedModel: Sendable {
    /// The bundle to write.
    public let bundle: ModelBundle

    /// Puts the parts together.
    ///
    /// - Parameters:
    ///   - history: the losses of each epoch, where there are some.
    ///   - tool: the program that trained it.
    public init(
        _ detector: some Detector, _ assessment: Assessment, on prepared: PreparedTraining,
        history: HistoryRecord? = nil, tool: ToolRecord, pool: WorkerPool
    ) throws {
        var description = ModelDescription(
            name: prepared.settings.name, architecture: detector.architecture, features: prepared.features,
            window: prepared.settings.windows.shape, calibration: assessment.calibration,
            confidence: assessment.confidence, threshold: assessment.threshold, metrics: assessment.metrics,
            training: prepared.record, tool: tool)
        description.history = history
        bundle = try ModelBundle(description, detector: detector, selfTest: prepared.selfTestWindows, pool: pool)
    }

    /// A few lines on the data, the threshold and the measurements.
    ///
    /// - Parameters:
    ///   - fit: what was fitted, in words.
    ///   - path: where the bundle is.
    public func summary(fit: String, path: String) -> String {
        let description = bundle.description
        let training = description.training
        let shape = "\(description.window.length) rows × \(description.features.columns.count) features"
        var details = [
            ("features", TrainedModel.features(description.features, learnedFrom: training.reference)),
            ("fitted", "\(fit) on \(training.windows) healthy windows (\(training.healthy)) of \(shape)"),
        ]
        if let weighed = bundle.detector as? WeighedDetector {
            let count = weighed.base.evidenceColumns.count
            details.append(("weights", "of \(count) numbers of evidence, learned from the labels of training units"))
        }
        return bundle.summary(details, path: path)
    }

    /// How many columns become how many features, and what that was learned from.
    private static func features(_ features: FittedFeatures, learnedFrom reference: String?) -> String {
        let regimes = features.regimes
        let columns = features.inputs.count - (regimes?.settings.count ?? 0)
        let scaling = (regimes?.scaling ?? .minMax).rawValue
        let count = regimes?.regimes.count ?? 1
        return "\(features.columns.count) of \(columns) columns: \(scaling) in \(count) operating "
            + "\(count == 1 ? "regime" : "regimes"), learned from healthy rows (\(reference ?? ""))"
    }
}

extension ModelBundle {
    /// A few lines on the data, the threshold and the measurements.
    ///
    /// - Parameters:
    ///   - details: lines between data and threshold, as name and text.
    ///   - path: where the bundle is.
    func summary(_ details: [(String, String)], path: String) -> String {
        let training = description.training
        let sets = ["training", "validation", "test"].compactMap { name in
            training.units[name].map { "\($0.count) \(name)" }
        }
        let unitCount = training.units.values.reduce(0) { $0 + $1.count }
        var lines = [
            ("model", "\(version) in \(path)"),
            ("data", "\(training.rows) rows of \(unitCount) units: \(sets.joined(separator: ", "))"),
        ]
        lines += details
        lines.append(("threshold", "\(rounded(description.threshold.value)) (\(description.threshold.method))"))
        for name in description.metrics.sets.keys.sorted() {
            guard let values = description.metrics.sets[name] else { continue }
            lines.append((name.replacing("_", with: ", "), ModelBundle.line(values)))
        }
        let width = (lines.map(\.0.count).max() ?? 0) + 2
        return lines.map { name, text in
            name + String(repeating: " ", count: width - name.count) + text + "\n"
        }.joined()
    }

    private static func line(_ values: [String: Double]) -> String {
        let names = [
            ("F1", "f1"), ("precision", "precision"), ("recall", "recall"), ("AUC", "auc_roc"),
            ("AP", "average_precision"), ("positive", "prevalence"), ("ECE", "expected_calibration_error"),
        ]
        let measured = names.compactMap { label, key in values[key].map { "\(label) \(rounded($0))" } }
        if !measured.isEmpty { return measured.joined(separator: "  ") }
        return
            "\(Int(values["windows"] ?? 0)) windows, a share of \(rounded(values["alarm_share"] ?? 0)) above the threshold"
    }
}

/// A number with up to four decimals.
func rounded(_ value: Double) -> String {
    "\((value * 1e4).rounded() / 1e4)"
}
