import ArgumentParser
import CommandKit
import Detectors
import Experiments
import RecordStreams
import Training
import VectorMath

@main
struct TrainEnsemble: Tool {
    static let configuration = CommandConfiguration(
        commandName: "train-ensemble", abstract: "Put trained models together to one that judges by all of them.",
        discussion: """
            The members are bundles of train-iforest, train-lstmae and train-patchtst, trained on the same rows with \
            the same seed. Their errors on the units that all of them were validated on are standardised and added up, \
            the threshold is chosen there, and a bundle for score is written that holds copies of the members. The \
            rows are those the members were trained on; only the validation units' are looked at. Defaults stand in \
            configs/train-ensemble.yaml.

              train-ensemble -o models/both --member models/iforest --member models/patchtst features.ndjson
              cmapss-ingest test_FD001.txt | featurize | score --model models/both
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions
    @OptionGroup var bundle: BundleOptions
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A model to ask: the directory of a bundle. Once for each, two or more.", valueName: "ref"),
        completion: .directory)
    var member: [String] = []
    @Option(
        help: ArgumentHelp(
            "How the threshold is chosen: f1, fbeta:BETA, cost:MISS:ALARM, false-alarms:PER1000, quantile:Q.",
            valueName: "objective"))
    var objective: String?
    @OptionGroup var missing: MissingOptions
    @Option(help: ArgumentHelp("The model's name.", valueName: "name"))
    var name: String?
    @Option(help: ArgumentHelp("Threads; 0 is one per processor.", valueName: "n"))
    var threads: Int?
    @OptionGroup var tracking: TrackingOptions
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        guard member.count >= 2 else {
            throw UsageError("expected --member at least twice, found it \(member.isEmpty ? "nowhere" : "once")")
        }
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.train_ensemble_yaml, file: configuration.file)
        settings.override("threshold.objective", with: objective, from: "--objective")
        settings.override(with: missing)
        settings.override("name", with: name, from: "--name")
        settings.override("threads", with: threads, from: "--threads")
        tracking.override(&settings)
        let pool = WorkerPool(threads: try settings.int("threads", in: 0...1024))
        let members = try member.map { try ModelBundle(path: try ModelReference($0).path()) }
        var training = try TrainingSettings(settings, ensemble: members)
        training.insistsOnObjective = objective != nil
        guard training.objective != .contamination else {
            throw settings.fault("threshold.objective", expected: "an objective of scores, not contamination")
        }
        try bundle.check(against: input.files)
        let record = try TrackedRun(tracking, settings: settings, files: input.files, report: report)
        let reader = try RecordReader(paths: input.files, windowColumns: training.plainColumns)
        let data = try TrainingData(reader, settings: training)
        report.noteMissing(held: data.heldCount, dropped: data.droppedCount)
        let ensemble = try EnsembleTraining(
            members, on: data, settings: training, tool: ToolRecord(name: Self.toolName, version: borescopeVersion),
            pool: pool)
        try ensemble.bundle.write(to: bundle.output)
        let told = report.tell(ensemble.summary(path: bundle.output))
        try record.finish(ensemble.bundle, path: bundle.output, figures: ensemble.figures())
        try told.get()
        report.summary(read: reader.recordCount, written: 1, skipped: data.droppedCount)
        return .done
    }
}
