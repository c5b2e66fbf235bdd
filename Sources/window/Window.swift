import ArgumentParser
import CommandKit
import Features
import RecordStreams
import SensorData

@main
struct Window: Tool {
    static let configuration = CommandConfiguration(
        commandName: "window", abstract: "Cut feature rows into windows, as detectors take them.",
        discussion: """
            A window is 30 consecutive rows of one unit, labelled as its last row is; one ends in every row from the \
            unit's 30th on. Windows never span units or gaps in the cycles. Values are those of the rows: what a model \
            learned about them is the model's business. Output is NPY unless --format says otherwise: an array of \
            unit_id, cycle, ... and window, in NumPy (N, 30, 14). Defaults stand in configs/window.yaml.

              featurize rows.ndjson | window > windows.npy
              window --length 50 --columns 'sensor_2,sensor_1*' features.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(help: ArgumentHelp("The columns of a window: names or patterns, in order.", valueName: "list"))
    var columns: [String] = []
    @Option(help: ArgumentHelp("Rows in a window.", valueName: "n"))
    var length: Int?
    @Option(help: ArgumentHelp("Rows from one window's start to the next one's.", valueName: "n"))
    var stride: Int?
    @OptionGroup var missing: MissingOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: StreamOutputOptions<NPYByDefault>
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        let settings = try settings()
        var cutter = try WindowCutter(settings: try windowSettings(settings))
        var isForTurbofans = columns.isEmpty && settings.isDefault("columns")
        let state = try state.replaceableFile(apartFrom: input.files, output.output)
        if let state { try cutter.restoreState(from: state) }
        let writer = try output.openWriter()
        let reader = try RecordReader(paths: input.files, beforeBlocking: { try writer.flush() })
        var rows = RowBatch(schema: RowSchema(keys: [], columns: []))
        var windows = WindowBatch(columns: [], length: 1, keys: [])
        do {
            while try reader.next(&rows) {
                if isForTurbofans {
                    report.notePassedOver(try cutter.settings.passedOver(of: rows.schema.columns))
                    isForTurbofans = false
                }
                do {
                    try cutter.apply(rows, into: &windows)
                } catch {
                    try writer.write(windows)
                    throw error
                }
                try writer.write(windows)
            }
        } catch let error as DataError {
            try writer.flush()
            throw error
        }
        try writer.finish()
        if let state { try cutter.saveState(to: state) }
        report.noteMissing(held: cutter.heldCount, dropped: cutter.droppedCount)
        report.noteGaps(cutter.gapCount)
        report.noteShort(cutter.unitsWithoutWindow, level: .info)
        report.summary(read: reader.recordCount, written: writer.recordCount, skipped: cutter.droppedCount)
        return .done
    }

    private func settings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.window_yaml, file: configuration.file)
        settings.override(with: missing)
        return settings
    }

    private func windowSettings(_ settings: Settings) throws -> WindowSettings {
        WindowSettings(
            columns: try columns.isEmpty
                ? ColumnSelection(names: settings.strings("columns"))
                : ColumnSelection(lists: columns, isStrict: true),
            settings: ColumnSelection(names: try settings.strings("settings")),
            shape: WindowShape(
                length: try length ?? settings.int("length", in: 1...100_000),
                stride: try stride ?? settings.int("stride", in: 1...Int.max)),
            missing: try settings.choice("missing"))
    }
}
