import ArgumentParser
import CommandKit
import Detectors
import Features
import RecordStreams
import Training
import VectorMath

@main
struct TrainLSTMAutoencoder: Tool {
    static let configuration = CommandConfiguration(
        commandName: "train-lstmae", abstract: "Train an LSTM autoencoder on feature rows or windows.",
        discussion: """
            Splits the units, learns to reconstruct healthy windows of the training units, keeps the epoch that \
            reconstructs those of the validation units best, chooses the threshold there, writes a model bundle for \
            score, and prints what it found. Every default stands in configs/train-lstmae.yaml. Ctrl-C ends training \
            and keeps the best epoch so far; --resume goes on from the checkpoint as if nothing had happened.

              cmapss-ingest train_FD001.txt | featurize | train-lstmae -o models/lstmae
              train-lstmae --epochs 10 --checkpoint lstmae.checkpoint -o models/lstmae features.ndjson
              train-lstmae --resume --checkpoint lstmae.checkpoint -o models/lstmae features.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write the bundle to DIR, whole.", valueName: "dir"),
        completion: .directory)
    var output: String
    @Option(help: ArgumentHelp("The most epochs.", valueName: "n"))
    var epochs: Int?
    @Option(help: ArgumentHelp("The first learning rate.", valueName: "rate"))
    var learningRate: Double?
    @Option(
        help: ArgumentHelp("Write where training stands to FILE after each epoch.", valueName: "file"),
        completion: .file())
    var checkpoint: String?
    @Flag(help: "Go on from the checkpoint; the result is that of an uninterrupted training.")
    var resume = false
    @Option(help: ArgumentHelp("The columns of a window: names or patterns, in order.", valueName: "list"))
    var columns: [String] = []
    @Option(help: ArgumentHelp("Rows to learn from: rul>=N, cycle<=N or all.", valueName: "rule"))
    var healthy: String?
    @Option(
        help: ArgumentHelp(
            "How the threshold is chosen: f1, fbeta:BETA, cost:MISS:ALARM, false-alarms:PER1000, quantile:Q, contamination.",
            valueName: "objective"))
    var objective: String?
    @Option(help: ArgumentHelp("The share of units to validate on; 0 is none.", valueName: "share"))
    var validation: Double?
    @Option(help: ArgumentHelp("The share of units to measure on.", valueName: "share"))
    var test: Double?
    @Option(help: "Rows with a missing value: error, hold (the unit's last value), or drop.")
    var missing: String?
    @Option(help: ArgumentHelp("The model's name.", valueName: "name"))
    var name: String?
    @Option(help: ArgumentHelp("What every random number depends on.", valueName: "n"))
    var seed: UInt64?
    @Option(help: ArgumentHelp("Threads; 0 is one per processor.", valueName: "n"))
    var threads: Int?

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        guard checkpoint != nil || !resume else { throw UsageError("--resume needs --checkpoint FILE to go on from") }
        let settings = try overriddenSettings()
        let common = try TrainingSettings(settings, columns: columns)
        let training = try AutoencoderTraining(settings, seed: common.seed)
        let pool = WorkerPool(threads: try settings.int("threads", in: 0...1024))

        let reader = try RecordReader(paths: input.files, windowColumns: common.plainColumns)
        let data = try TrainingData(reader, settings: common.windows)
        if data.heldCount > 0 { report.logger.notice("\(data.heldCount) missing values held") }
        if data.droppedCount > 0 { report.logger.notice("\(data.droppedCount) rows skipped for missing values") }
        let prepared = try PreparedTraining(data, settings: common)

        Interruption.watch()
        var progress = EpochProgress(report, epochs: training.loop.epochs)
        let outcome = try training.run(
            on: prepared, checkpoint: checkpoint, resumes: resume, pool: pool,
            afterStep: { step in
                progress.show(epoch: step.epoch, step: step.step, steps: step.steps, loss: step.loss)
                return !Interruption.isRequested
            },
            afterEpoch: { state in
                guard let last = state.history.last else { return }
                progress.finishEpoch(
                    state.epoch, training: last.training, validation: last.validation, rate: last.rate,
                    isBest: state.bestEpoch == state.epoch)
            })
        let detector = AutoencoderDetector(outcome.network, columns: prepared.healthy.columns)
        let calibration = try AutoencoderTraining.calibration(detector, on: prepared, pool: pool)
        let model = try TrainedModel(
            detector, Assessment(detector, calibration: calibration, on: prepared, pool: pool), on: prepared,
            history: HistoryRecord(outcome.state),
            tool: ToolRecord(name: Self.toolName, version: borescopeVersion), pool: pool)
        try model.bundle.write(to: output)
        let end = AutoencoderTraining.describe(outcome.end)
        let fit = "epoch \(outcome.state.bestEpoch) of \(outcome.state.epoch) (\(end))"
        if !diagnostics.quiet { print(model.summary(fit: fit, path: output), terminator: "") }
        report.summary(read: reader.recordCount, written: 1, skipped: data.droppedCount)
        if case .divergence = outcome.end {
            throw TrainingError("\(end); epoch \(outcome.state.bestEpoch), the best before, is in \(output)")
        }
        return .done
    }

    private func overriddenSettings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.train_lstmae_yaml, file: configuration.file)
        settings.override("training.epochs", with: epochs, from: "--epochs")
        settings.override("training.learning_rate", with: learningRate, from: "--learning-rate")
        settings.override("healthy", with: healthy, from: "--healthy")
        settings.override("threshold.objective", with: objective, from: "--objective")
        settings.override("split.validation", with: validation, from: "--validation")
        settings.override("split.test", with: test, from: "--test")
        settings.override("missing", with: missing, from: "--missing")
        settings.override("name", with: name, from: "--name")
        settings.override("seed", with: seed, from: "--seed")
        settings.override("threads", with: threads, from: "--threads")
        return settings
    }
}
