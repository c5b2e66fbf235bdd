import CommandKit
import Detectors
import DurableFiles
import Evaluation
import Experiments

/// The record of a training while it goes on. Everything stands in the journal before anybody else is told, so a server that
/// is away neither stops a training nor loses its record. A disk that is full costs the record, not the training.
///
/// A training that ends with an error leaves a run that failed.
public final class TrackedRun {
    private let journal: RunJournal?
    private let request: RegistrationRequest?
    private let report: Report
    private let begin = ContinuousClock.now
    private var lastDelivery = ContinuousClock.now
    private var messenger: Int32?
    private var isOpen = true
    private var hasGaps = false

    /// Often enough to look at, seldom enough to cost nothing.
    private static let deliveryInterval = Duration.seconds(5)

    /// Begins the record, if the training is to have one.
    ///
    /// - Parameter files: the names of the inputs, of which NASA's tell the subset.
    /// - Throws: `UsageError`, `TrackingSetupError`, `SystemError` when the outbox cannot be written.
    public init(_ options: TrackingOptions, settings: Settings, files: [String], report: Report) throws {
        self.report = report
        request = try options.request()
        var tags = try options.tagValues()
        guard try settings.bool("tracking.enabled") else {
            if request != nil { throw UsageError("--register needs a run to come from; expected no --no-track") }
            journal = nil
            return
        }
        let journal = try RunJournal(
            experiment: try settings.string("tracking.experiment"), name: options.runName, program: report.tool,
            destination: .current(), in: .current())
        self.journal = journal
        let parameters = settings.texts.filter { !$0.key.hasPrefix("tracking.") && $0.key != "threads" }
        try journal.append(.parameters(parameters))
        tags["model_type"] = tags["model_type"] ?? String(report.tool.dropFirst("train-".count))
        if let seed = parameters["seed"] { tags["seed"] = seed }
        if tags["subset"] == nil, let subset = TrackedRun.subset(of: files) { tags["subset"] = subset }
        tags["borescope.version"] = borescopeVersion
        // The program's own bytes say more than the state of a checkout that it may not come from.
        if let digest = try? Digest.ofFile("/proc/self/exe").hexadecimal { tags["source_sha256"] = digest }
        try journal.append(.tags(tags))
    }

    deinit {
        guard isOpen, let journal else { return }
        try? journal.end(.failed)
        report.deliver(journal)
    }

    /// Records an epoch, if it can be written.
    public func record(epoch: Int, training: Double, validation: Double, rate: Double) {
        guard let journal else { return }
        let time = RunJournal.now
        let losses = [("train_loss", training), ("val_loss", validation), ("learning_rate", rate)].map {
            Metric(key: $0.0, value: $0.1, time: time, step: Int64(epoch))
        }
        do {
            try journal.append(.metrics(losses))
        } catch {
            if !hasGaps { report.logger.warning("\(error); the run's record lacks epochs, the training goes on") }
            hasGaps = true
        }
        deliverMeanwhile()
    }

    /// Ends the record with the bundle that was written, and registers it where that was asked for.
    ///
    /// - Parameters:
    ///   - path: where the bundle is.
    ///   - figures: drawings to keep.
    ///   - status: how the training ended.
    /// - Throws: `SystemError` when it cannot be written and the model was to be registered; otherwise that is a warning.
    public func finish(_ bundle: ModelBundle, path: String, figures: [Figure], status: RunStatus = .finished) throws {
        isOpen = false
        guard let journal else { return }
        do {
            try write(bundle, path, figures, status, to: journal)
        } catch  where request == nil {
            report.logger.warning("\(error); the run is not recorded to its end, the model is at \(path)")
            report.deliver(journal)
            return
        }
        if report.deliver(journal) {
            report.logger.info("run \(journal.id) is recorded")
        }
    }

    private func write(
        _ bundle: ModelBundle, _ path: String, _ figures: [Figure], _ status: RunStatus, to journal: RunJournal
    ) throws {
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        try journal.append(
            .metrics([Metric(key: "training_time_seconds", value: seconds, time: RunJournal.now)]))
        try journal.record(bundle, from: path)
        for figure in figures { try journal.add(text: figure.svg, as: "figures/\(figure.name).svg") }
        if let request {
            try journal.append(.register(request.registration(bundle: bundle.version, sha256: bundle.digest)))
        }
        try journal.end(status)
    }

    /// Has what is recorded so far delivered by a program of its own, unless one is at it or was a moment ago.
    private func deliverMeanwhile() {
        guard let journal, ContinuousClock.now - lastDelivery > TrackedRun.deliveryInterval else { return }
        if let messenger, Companion.isRunning(messenger) { return }
        lastDelivery = .now
        messenger = try? Companion(named: "model-registry")?.startSilently(["sync", "--quiet", "--", journal.path])
    }

    /// NASA's subset in the names of the inputs: `FD001`.
    private static func subset(of files: [String]) -> String? {
        let found = Set(
            ["FD001", "FD002", "FD003", "FD004"].filter { subset in files.contains { $0.contains(subset) } })
        return found.count == 1 ? found.first : nil
    }
}
