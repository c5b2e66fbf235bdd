import ArgumentParser
import CommandKit
import Experiments

/// How a training is recorded, and what becomes of its model.
public struct TrackingOptions: ParsableArguments {
    /// Whether it is recorded.
    @Flag(inversion: .prefixedNo, help: "Whether the training is recorded as a run, where MLFLOW_TRACKING_URI says.")
    public var track: Bool?

    /// The experiment.
    @Option(help: ArgumentHelp("The experiment that the run belongs to.", valueName: "name"))
    public var experiment: String?

    /// The run's name.
    @Option(help: ArgumentHelp("What the run is called.", valueName: "name"))
    public var runName: String?

    /// Tags of the run.
    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("A tag of the run, as in subset=FD001. May be repeated.", valueName: "key=value"))
    public var tags: [String] = []

    /// The registered model.
    @Option(help: ArgumentHelp("Register the model as a new version of NAME.", valueName: "name"))
    public var register: String?

    /// The stage.
    @Option(help: "The stage that version enters at once: staging or production.")
    public var stage: String?

    /// The condition.
    @Option(
        help: ArgumentHelp(
            "Promote it to Production if this holds, as in 'val_weighted_ap > current'.", valueName: "condition"))
    public var promoteIf: String?

    /// Nothing set.
    public init() {}

    /// Sets what the command line says.
    public func override(_ settings: inout Settings) {
        settings.override("tracking.enabled", with: track, from: track == false ? "--no-track" : "--track")
        settings.override("tracking.experiment", with: experiment, from: "--experiment")
    }

    /// What is to become of the model; nil when it is not to be registered.
    ///
    /// - Throws: `UsageError` when the options contradict each other, `TrackingSetupError` when one cannot be.
    func request() throws -> RegistrationRequest? {
        guard let register else {
            if stage != nil || promoteIf != nil {
                throw UsageError("\(stage != nil ? "--stage" : "--promote-if") needs --register NAME")
            }
            return nil
        }
        return try RegistrationRequest(model: register, stage: stage, promotion: promoteIf)
    }

    /// The tags.
    ///
    /// - Throws: `UsageError` when one has no key.
    func tagValues() throws -> [String: String] {
        var values: [String: String] = [:]
        for tag in tags {
            let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw UsageError("--tag: expected KEY=VALUE, found '\(tag)'")
            }
            values[String(parts[0])] = String(parts[1])
        }
        return values
    }
}
