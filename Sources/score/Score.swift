import ArgumentParser
import CommandKit
import Detectors
import Experiments
import Features
import RecordStreams
import SensorData
import VectorMath

@main
struct Score: Tool {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Judge feature rows or windows by a model.",
        discussion: """
            Writes one scored record for each row that ends a window: anomaly_score in [0, 1], the decision, its \
            confidence, and the sensors that explain it. A record depends on nothing but the model, the window and the \
            unit's past. Rows may arrive slowly: whatever is known is written before waiting for more. Defaults stand \
            in configs/score.yaml.

              cmapss-ingest test_FD001.txt --rul RUL_FD001.txt | featurize | score --model models/iforest
              tail -f live.ndjson | featurize | score --model models/iforest --warmup emit
              score --model models/iforest --state fleet.state hour.ndjson >> scores.ndjson
              score --model models/iforest --alarm 3/5 --alarms-only --state fleet.state hour.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The model: a directory, NAME/NUMBER, NAME@ALIAS, runs:/ID, prod or staging.", valueName: "ref"))
    var model: String
    @Option(help: ArgumentHelp("Decide by this score instead of the model's threshold.", valueName: "score"))
    var threshold: Double?
    @Option(help: ArgumentHelp("Sensors named in contributions: a number, all or none.", valueName: "n"))
    var contributions: String?
    @Option(help: "Rows of a unit that has too few for a window: skip, or emit a record without a score.")
    var warmup: String?
    @OptionGroup var missing: MissingOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var alarms: AlarmOptions
    @Flag(help: "Write only the records that raise an alarm or end one.")
    var alarmsOnly = false
    @Option(help: ArgumentHelp("Threads; 0 is one per processor.", valueName: "n"))
    var threads: Int?

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        let settings = try overriddenSettings()
        let options = try scorerOptions(settings)
        let pool = WorkerPool(threads: try settings.int("threads", in: 0...1024))
        let bundle = try ModelBundle(path: try ModelReference(model).path())
        var scorer = try WindowScorer(bundle, options: options, pool: pool)
        let state = try state.replaceableFile(apartFrom: input.files, output.output)
        if let state { try scorer.restoreState(from: state) }

        let writer = try output.openWriter()
        let reader = try RecordReader(
            paths: input.files, windowColumns: bundle.plainColumns(),
            beforeBlocking: { try writer.flush() })
        do {
            try score(reader, with: &scorer, to: writer)
        } catch let error as DataError {
            try writer.flush()
            throw error
        }
        try writer.finish()
        if let state { try scorer.saveState(to: state) }
        explain(scorer, report)
        report.summary(
            read: reader.recordCount, written: writer.recordCount, skipped: reader.recordCount - writer.recordCount)
        return .done
    }

    private func score(_ reader: RecordReader, with scorer: inout WindowScorer, to writer: RecordWriter) throws {
        var records: [ScoredRecord] = []
        switch try reader.kind() {
        case .windows:
            var windows = WindowBatch(columns: [], length: 1, keys: [])
            while try reader.next(&windows) {
                try scorer.score(windows, into: &records)
                try write(records, to: writer)
            }
        case .scored: throw DataError("the input holds scored records; expected feature rows or windows")
        case .rows, nil:
            var rows = RowBatch(schema: RowSchema(keys: [], columns: []))
            while try reader.next(&rows) {
                do {
                    try scorer.score(rows, into: &records)
                } catch {
                    try write(records, to: writer)
                    throw error
                }
                try write(records, to: writer)
            }
        }
    }

    private func write(_ records: [ScoredRecord], to writer: RecordWriter) throws {
        try writer.write(alarmsOnly ? records.filter { $0.alarm.map { $0.event != .standing } ?? false } : records)
    }

    private func explain(_ scorer: WindowScorer, _ report: Report) {
        report.noteMissing(held: scorer.heldCount, dropped: scorer.droppedCount)
        if scorer.strangers.count > 0 { report.logger.warning("\(scorer.strangers)") }
        report.noteGaps(scorer.gapCount)
        report.noteShort(scorer.unitsWithoutWindow, " and no score", level: .notice)
    }

    private func overriddenSettings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.score_yaml, file: configuration.file)
        settings.override("contributions", with: contributions, from: "--contributions")
        settings.override("warmup", with: warmup, from: "--warmup")
        settings.override(with: missing)
        settings.override("threads", with: threads, from: "--threads")
        settings.override(with: alarms)
        return settings
    }

    private func scorerOptions(_ settings: Settings) throws -> WindowScorer.Options {
        var options = WindowScorer.Options()
        options.threshold = try DecisionThreshold.checked(threshold)
        options.missing = try settings.choice("missing")
        options.alarm = try settings.alarmPolicy()
        if alarmsOnly, options.alarm == nil {
            throw UsageError("--alarms-only needs an alarm policy; give --alarm 3/3")
        }
        options.emitsWarmup = try settings.choice("warmup", as: Warmup.self) == .emit
        switch try? settings.string("contributions") {
        case "all": options.contributions = nil
        case "none": options.contributions = 0
        default:
            guard let count = try? settings.int("contributions", in: 0...Int.max) else {
                throw settings.fault("contributions", expected: "a whole number, all or none")
            }
            options.contributions = count
        }
        return options
    }
}

/// What becomes of rows that end no window.
private enum Warmup: String, CaseIterable {
    case skip
    case emit
}
