import CommandKit
import Detectors
import DurableFiles
import Experiments

extension RunJournal {
    /// Records a bundle: its files, what was measured, and the tags by which it is found.
    ///
    /// Metrics are called after the set of units and the measure: `val_f1`, `val_weighted_ap`, `test_auc_roc`.
    ///
    /// - Parameter path: where its files are.
    /// - Throws: `SystemError`.
    public func record(_ bundle: ModelBundle, from path: String) throws {
        let description = bundle.description
        let time = RunJournal.now
        var values: [String: Double] = [
            "best_threshold": description.threshold.value, "model_size_bytes": Double(try lengthOfTree(path)),
        ]
        if let history = description.history { values["best_epoch"] = Double(history.bestEpoch) }
        for (set, measures) in description.metrics.sets {
            for (measure, value) in measures {
                values["\(RunJournal.short(set, RunJournal.sets))_\(RunJournal.short(measure, RunJournal.measures))"] =
                    value
            }
        }
        try append(
            .metrics(values.sorted { $0.key < $1.key }.map { Metric(key: $0.key, value: $0.value, time: time) }))
        try append(
            .tags([
                "borescope.bundle": bundle.version, "borescope.bundle_sha256": bundle.digest,
                "data_sha256": description.training.sha256, "protocol": description.metrics.protocol,
                "threshold_method": description.threshold.method,
            ]))
        try add(folder: path, as: "model")
        try add(text: RunJournal.mlmodel(bundle), as: "model/MLmodel")
    }

    private static let sets = ["validation": "val", "training": "train"]
    private static let measures = ["average_precision": "ap", "expected_calibration_error": "ece"]

    /// The short form of a name: each long word of `words` replaced.
    private static func short(_ name: String, _ words: [String: String]) -> String {
        words.reduce(name) { $0.replacing($1.key, with: $1.value) }
    }

    /// What MLflow's own clients want to see beside a model.
    private static func mlmodel(_ bundle: ModelBundle) -> String {
        """
        flavors:
          borescope:
            bundle: .
            model_version: \(bundle.version)
            tool_version: \(bundle.description.tool.version)

        """
    }
}
