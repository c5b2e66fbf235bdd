import CommandKit
import Detectors
import Experiments
import RecordStreams
import SensorData
import VectorMath

/// What a trainer does before and after it fits a detector: it reads, splits and maps; it assesses, writes and tells.
public struct TrainingRun {
    /// The data, split and mapped.
    public let prepared: PreparedTraining
    /// The threads to work on.
    public let pool: WorkerPool
    /// Where messages go.
    public let report: Report

    /// Where the bundle goes.
    let path: String
    private let record: TrackedRun
    private let recordCount: Int
    private let droppedCount: Int

    /// Sees that its outputs can be written, and reads `files` as `settings` and the command line ask.
    ///
    /// - Parameter checkpoint: where the training writes how far it is; nil is nowhere.
    /// - Throws: `UsageError`, `SystemError` when an output cannot be written, and what `TrackedRun`, `TrainingData` and
    ///   `PreparedTraining` throw.
    public init(
        _ options: TrainingOptions, bundle: BundleOptions, checkpoint: String? = nil, tracking: TrackingOptions,
        settings: Settings, files: [String], report: Report
    ) throws {
        try bundle.check(against: files, checkpoint: checkpoint)
        path = bundle.output
        var training = try TrainingSettings(settings, columns: options.columns)
        training.insistsOnObjective = options.objective != nil
        pool = WorkerPool(threads: try settings.int("threads", in: 0...1024))
        self.report = report
        record = try TrackedRun(tracking, settings: settings, files: files, report: report)
        let reader = try RecordReader(paths: files, windowColumns: training.plainColumns)
        let data = try TrainingData(reader, settings: training)
        if options.columns.isEmpty, settings.isDefault("columns") { report.notePassedOver(data.passedOver) }
        report.noteMissing(held: data.heldCount, dropped: data.droppedCount)
        prepared = try PreparedTraining(data, settings: training)
        if prepared.reference != training.reference, data.table.rul.contains(where: { $0 != RowBatch.unknown }) {
            report.logger.notice(
                "too few rows \(training.reference); the scale of the columns is that of healthy rows (\(training.healthy))"
            )
        }
        recordCount = reader.recordCount
        droppedCount = data.droppedCount
    }

    /// Records an epoch.
    func recordEpoch(_ state: TrainingState) {
        guard let last = state.history.last else { return }
        record.record(
            epoch: state.epoch, training: last.training, validation: last.validation, rate: last.rate)
    }

    /// Assesses `detector`, writes its bundle and prints a summary.
    ///
    /// - Parameters:
    ///   - history: the losses of each epoch, where there are some.
    ///   - fit: what was fitted, in words.
    ///   - status: how the training ended.
    /// - Throws: `DataError` when the threshold cannot be chosen, `SystemError`, also when the summary cannot be printed.
    public func finish(
        _ detector: some Detector, calibration: ScoreCalibration, history: HistoryRecord? = nil, fit: String,
        status: RunStatus = .finished
    ) throws {
        let assessment = try Assessment(detector, calibration: calibration, on: prepared, pool: pool)
        let model = try TrainedModel(
            detector, assessment, on: prepared, history: history,
            tool: ToolRecord(name: report.tool, version: borescopeVersion), pool: pool)
        try model.bundle.write(to: path)
        let told = report.tell(model.summary(fit: fit, path: path))
        try record.finish(
            model.bundle, path: path, figures: TrainingFigures.all(assessment, history), status: status)
        try told.get()
        report.summary(read: recordCount, written: 1, skipped: droppedCount)
    }
}

extension Report {
    /// Prints the summary of a training, unless it is to be quiet. The model is written by then and its run goes on record, so
    /// that what may have gone wrong is said after that.
    public func tell(_ summary: String) -> Result<Void, any Error> {
        Result { if !isQuiet { try StandardOutput.put(summary) } }
    }
}
