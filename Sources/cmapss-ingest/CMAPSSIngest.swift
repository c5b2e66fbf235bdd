import ArgumentParser
import CommandKit
import RecordStreams
import SensorData

@main
struct CMAPSSIngest: Tool {
    static let configuration = CommandConfiguration(
        commandName: "cmapss-ingest", abstract: "Turn NASA's C-MAPSS text into rows with labels and timestamps.",
        discussion: """
            A training file (train_*) runs to failure: its rows get rul = last cycle - cycle. A test file (test_*) stops \
            early: --rul names the file that says how many cycles were left. Files of other names, and standard input, \
            get labels only with --kind or --rul. A RUL file by itself becomes rows of unit_id and rul. gzip is \
            unpacked. Units of a further file are counted on from those of the files before it where numbers clash.

              cmapss-ingest train_FD001.txt
              cmapss-ingest test_FD001.txt --rul RUL_FD001.txt
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(help: ArgumentHelp("Cycles left in the units of a test file; once for each test file.", valueName: "file"))
    var rul: [String] = []
    @Option(help: "What the files are: train, test, or auto (by their names).")
    var kind = InputPlan.Kind.auto
    @Option(help: "A row is an anomaly where its remaining useful life is below this many cycles.")
    var rulThreshold: Int64?
    @Flag(help: "Write no labels.")
    var noLabels = false
    @Flag(help: "Number units 1, 2, 3, ... in the order they come.")
    var renumber = false
    @Option(help: "The time of cycle 1 of unit 1 (ISO 8601).")
    var start: String?
    @Option(help: "From one row to the next: 1s, 250ms, 5m, 1h.")
    var interval: String?
    @Option(help: "From the first row of a unit to that of the next.")
    var stagger: String?
    @Option(
        help: ArgumentHelp(
            "Write rows as they would arrive, this many times faster than life; units follow each other.",
            valueName: "speed"))
    var replay: Double?
    @Option(help: ArgumentHelp("Read settings from FILE.", valueName: "file"), completion: .file())
    var config: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        let settings = try overriddenSettings()
        let clock = RowClock(
            start: try instant(settings), interval: try span("interval", settings),
            stagger: try span("stagger", settings))
        let threshold = Int64(try settings.int("rul_threshold", in: 0 ... .max))
        if let replay, !(replay > 0 && replay.isFinite) {
            throw UsageError("--replay: expected a speed above 0, found \(replay)")
        }
        let plan = try InputPlan(files: input.files, rulFiles: rul, kind: kind, noLabels: noLabels)
        for notice in plan.notices { report.logger.notice("\(notice)") }

        let rows = RowOutput(try output.openWriter(), pace: replay.map { Double(clock.interval) / 1000 / $0 })
        var numbering = UnitNumbering(renumbers: renumber)
        var rowCount = 0
        do {
            for file in plan.files {
                if case .lives = file.content {
                    var lives = try rows.remainingLife(file.path).rows()
                    numbering.beginFile()
                    numbering.number(&lives)
                    try rows.write(lives)
                    rowCount += lives.count
                    report.noteNumbering(numbering, of: lives.origin.file)
                    continue
                }
                let source = try rows.open(file.path)
                var ingestion = CMAPSSIngestion(
                    file: source.name, labels: try labels(of: file, threshold: threshold, rows), clock: clock,
                    numbering: numbering)
                try rows.forEachChunk(of: source) { try ingestion.feed($0, emit: rows.write) }
                try ingestion.finish(emit: rows.write)
                numbering = ingestion.numbering
                rowCount += ingestion.rowCount
                explain(ingestion, of: source.name, report)
            }
        } catch let error as DataError {
            try rows.writer.flush()
            throw error
        }
        try rows.writer.finish()
        report.summary(read: rowCount, written: rows.writer.recordCount)
        return .done
    }

    private func labels(
        of file: InputPlan.File, threshold: Int64, _ rows: RowOutput
    ) throws -> CMAPSSIngestion.Labels {
        switch file.content {
        case .unlabelled, .lives: .none
        case .runToFailure: .runToFailure(threshold: threshold)
        case .stopsEarly(let rulFile):
            .remaining(try rows.remainingLife(rulFile), threshold: threshold)
        }
    }

    private func explain(_ ingestion: CMAPSSIngestion, of file: String, _ report: Report) {
        if ingestion.rowCount == 0 { report.logger.warning("\(file): no rows") }
        report.noteNumbering(ingestion.numbering, of: file)
        if let place = ingestion.firstRepeat {
            report.logger.warning(
                "\(place): a unit appears again after others; taken for another run of the same number (see --renumber)"
            )
        }
    }

    private func overriddenSettings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.cmapss_ingest_yaml, file: config)
        settings.override("start", with: start, from: "--start")
        settings.override("interval", with: interval, from: "--interval")
        settings.override("stagger", with: stagger, from: "--stagger")
        settings.override("rul_threshold", with: rulThreshold, from: "--rul-threshold")
        return settings
    }

    private func instant(_ settings: Settings) throws -> Int64 {
        guard let instant = Timestamp.parse(try settings.string("start")) else {
            throw settings.fault("start", expected: "a time such as 2024-01-01T00:00:00Z")
        }
        return instant
    }

    private func span(_ name: String, _ settings: Settings) throws -> Int64 {
        guard let span = TimeSpan.parse(try settings.string(name)), span > 0 || name == "stagger" else {
            throw settings.fault(name, expected: "a span of time such as 1s, 250ms or 1h")
        }
        return span
    }
}
