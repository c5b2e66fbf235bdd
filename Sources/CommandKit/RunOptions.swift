import ArgumentParser
import Experiments

/// `--run`: the run that a program's findings are added to.
public struct RunOptions: ParsableArguments {
    /// The run's identifier, a model version, or `model`.
    @Option(
        help: ArgumentHelp(
            "Add what was found to this run: its ID, a model version (iforest-074f51ed9b27), or model for that of the records.",
            valueName: "id"))
    public var run: String?

    /// The experiment in which a model version's run is looked for.
    @Option(help: ArgumentHelp("The experiment of that run.", valueName: "name"))
    public var experiment: String?

    /// Nothing set.
    public init() {}

    /// Adds to the run what `findings` writes to its journal, if a run was named.
    ///
    /// - Parameters:
    ///   - model: the model version of the records.
    ///   - settings: those of the program, with `tracking.experiment`.
    /// - Throws: `TrackingSetupError`, `SystemError`, `UsageError`, and what `findings` throws.
    public func record(
        model: String, _ settings: Settings, _ report: Report, _ findings: (RunJournal) throws -> Void
    ) throws {
        guard let run else { return }
        var settings = settings
        settings.override("tracking.experiment", with: experiment, from: "--experiment")
        guard run != "model" || !model.isEmpty else {
            throw UsageError("--run model: the records name no model; give the run's ID")
        }
        let journal = try RunJournal(
            adding: run == "model" ? model : run, program: report.tool,
            experiment: settings.string("tracking.experiment"), destination: .current(), in: .current())
        try findings(journal)
        try journal.end(.finished)
        report.deliver(journal)
    }
}

extension Report {
    /// Has what `journal` holds delivered to its store, and says where it waits when that cannot be now. What was recorded is
    /// safe either way, so this never fails.
    ///
    /// - Returns: whether it was delivered.
    @discardableResult
    public func deliver(_ journal: RunJournal) -> Bool {
        guard let registry = Companion(named: "model-registry") else {
            logger.warning(
                "there is no model-registry beside this program or on PATH; the run waits in \(journal.path) for its sync"
            )
            return false
        }
        // Where it cannot, it says so itself.
        return (try? registry.run(["sync"] + (isQuiet ? ["--quiet"] : []) + ["--", journal.path])) != nil
    }
}
