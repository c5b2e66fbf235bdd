import ArgumentParser
import CommandKit
import Detectors
import Experiments
import Features
import RecordStreams
import SensorData

@main
struct Featurize: Tool {
    static let configuration = CommandConfiguration(
        commandName: "featurize", abstract: "Turn rows into feature rows: chosen columns and their rolling statistics.",
        discussion: """
            Each column that is kept gets the mean and the sample standard deviation of its unit's last 5, 10 and 20 \
            rows: sensor_2_mean_5, sensor_2_std_5, ... Settings (op_setting_*) pass through without. Nothing is learned \
            here, so no model is needed; with --model the rows are mapped as that model was trained to see them. Units \
            may be interleaved; a unit whose cycle goes back to 1 begins anew. Defaults stand in configs/featurize.yaml.

              cmapss-ingest train_FD001.txt | featurize > features.ndjson
              featurize --columns 'vibration_*' --windows 60 --state pump.state hour.ndjson
              featurize --model models/iforest train.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(
        name: [.customLong("columns"), .customLong("keep")],
        help: ArgumentHelp("Keep these columns only: names or patterns such as 'sensor_1*'.", valueName: "list"))
    var columns: [String] = []
    @Option(help: ArgumentHelp("Leave these columns out.", valueName: "list"))
    var drop: [String] = []
    @Option(help: ArgumentHelp("Numbers of rows to take statistics over; '' for none.", valueName: "list"))
    var windows: String?
    @Option(help: ArgumentHelp("Statistics to take: mean, std.", valueName: "list"))
    var statistics: String?
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write what this model sees of the rows instead: the features it was trained with.", valueName: "ref"))
    var model: String?
    @OptionGroup var missing: MissingOptions
    @OptionGroup var state: StateOptions
    @Option(help: ArgumentHelp("Threads that write NDJSON; 0 is one per processor.", valueName: "n"))
    var threads: Int?
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        if let model { return try featurize(as: model, report) }
        let settings = try settings()
        var featurizer = try Featurizer(settings: try featurizerSettings(settings))
        var isForTurbofans = columns.isEmpty && drop.isEmpty && settings.isDefault("drop")
        let state = try state.replaceableFile(apartFrom: input.files, output.output)
        if let state { try featurizer.restoreState(from: state) }
        let count = try stream(settings, report) { rows, writer in
            if isForTurbofans {
                report.notePassedOver(try featurizer.settings.passedOver(of: rows.schema.columns))
                isForTurbofans = false
            }
            // Rows before a bad one are written too.
            let outcome = Result { try featurizer.take(rows) }
            if let schema = featurizer.taken {
                try writer.write(featurizer.takenRows, of: rows, as: schema) {
                    featurizer.write($0, to: $1, stride: $2)
                }
            }
            try outcome.get()
        }
        if let state { try featurizer.saveState(to: state) }
        summarize(count, held: featurizer.heldCount, dropped: featurizer.droppedCount, report)
        return .done
    }

    /// Writes what a model sees.
    private func featurize(as model: String, _ report: Report) throws -> ToolStatus {
        guard columns.isEmpty, drop.isEmpty, windows == nil, statistics == nil else {
            throw UsageError(
                "--model says which features there are; expected none of --columns, --drop, --windows, --statistics")
        }
        let (description, version) = try ModelBundle.description(path: try ModelReference(model).path())
        if case .ensemble(let ensemble) = description.architecture, let first = ensemble.members.first {
            throw UsageError(
                "\(model) is an ensemble, whose members see different features; "
                    + "expected one of them, such as \(model)/\(ModelBundle.membersFolder)/\(first.version)")
        }
        let digest = description.featureDigest
        let settings = try settings()
        var fitted = FittedRows(description.features, of: "model \(version)", missing: try settings.choice("missing"))
        let state = try state.replaceableFile(apartFrom: input.files, output.output)
        if let state { try fitted.restoreState(from: state, digest: digest) }
        var features = RowBatch(schema: RowSchema(keys: [], columns: []))
        let count = try stream(settings, report) { rows, writer in
            let outcome = Result { try fitted.take(rows) }
            fitted.write(rows, into: &features)
            try writer.write(features)
            try outcome.get()
        }
        if let state { try fitted.saveState(to: state, digest: digest) }
        if fitted.strangers.count > 0 { report.logger.warning("\(fitted.strangers)") }
        summarize(count, held: fitted.heldCount, dropped: fitted.droppedCount, report)
        return .done
    }

    /// Takes the rows from the input to the output, batch by batch.
    ///
    /// - Parameter map: writes the feature rows of some rows, when it fails too.
    /// - Returns: the rows read and written.
    private func stream(
        _ settings: Settings, _ report: Report, _ map: (RowBatch, RecordWriter) throws -> Void
    ) throws -> (read: Int, written: Int) {
        let writer = try output.openWriter(threads: try settings.int("threads", in: 0...1024))
        let reader = try RecordReader(paths: input.files, beforeBlocking: { try writer.flush() })
        var rows = RowBatch(schema: RowSchema(keys: [], columns: []))
        do {
            while try reader.next(&rows) { try map(rows, writer) }
        } catch let error as DataError {
            try writer.flush()
            throw error
        }
        try writer.finish()
        return (reader.recordCount, writer.recordCount)
    }

    private func summarize(_ count: (read: Int, written: Int), held: Int, dropped: Int, _ report: Report) {
        report.noteMissing(held: held, dropped: dropped)
        report.summary(read: count.read, written: count.written, skipped: dropped)
    }

    private func settings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.featurize_yaml, file: configuration.file)
        settings.override(with: missing)
        settings.override("windows", withList: windows, from: "--windows")
        settings.override("statistics", withList: statistics, from: "--statistics")
        settings.override("threads", with: threads, from: "--threads")
        return settings
    }

    private func featurizerSettings(_ settings: Settings) throws -> FeaturizerSettings {
        // Columns asked for on the command line are kept whatever the configuration leaves out.
        let dropped =
            try !drop.isEmpty
            ? ColumnSelection(lists: drop, isStrict: true)
            : columns.isEmpty ? ColumnSelection(names: settings.strings("drop")) : .none
        return FeaturizerSettings(
            drop: dropped,
            keep: try columns.isEmpty
                ? ColumnSelection(names: settings.strings("columns"))
                : ColumnSelection(lists: columns, isStrict: true),
            settings: ColumnSelection(names: try settings.strings("settings")),
            windows: try settings.distinctInts("windows", in: 1...FeaturizerSettings.longestWindow),
            statistics: try settings.choices("statistics"),
            missing: try settings.choice("missing"))
    }
}
