import ArgumentParser
import CommandKit
import DurableFiles
import Evaluation
import Experiments
import RecordStreams
import SensorData

@main
struct Evaluate: Tool {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure labelled scored records: F1, AUC, lead times, false alarms.",
        discussion: """
            Reads scored records that carry 'label' (see score) and prints how right the decisions are, per record and \
            per unit, with the protocol of the measurement below the numbers. Each file, and each model within a file, \
            becomes a column of the table. --html makes a page of it, with curves, engines and protocol.

            Example: score --model models/iforest features.ndjson | evaluate
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @OptionGroup var results: ReportOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Write a page with figures to FILE; - prints it instead of the table.", valueName: "file"),
        completion: .file())
    var html: String?

    @Option(
        name: .long, help: ArgumentHelp("Write the figures as SVG files to DIR.", valueName: "dir"),
        completion: .directory)
    var figures: String?

    @Flag(name: .long, help: "Add a line for each unit.")
    var units = false

    @Option(name: .long, help: "Decide anew by anomaly_score >= THRESHOLD.")
    var threshold: Double?

    @Option(name: .long, help: ArgumentHelp("Label anew by rul < N.", valueName: "n"))
    var rulThreshold: Int64?

    @OptionGroup var alarms: AlarmOptions

    @Option(name: .long, help: "How much a record counts: none, truncation or auto.")
    var weights: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Draws of whole units for the 95 % intervals; 0 for no intervals.", valueName: "n"))
    var bootstrap: Int?

    @Option(name: .long, help: "Where the draws start.")
    var seed: Int?

    @OptionGroup var recording: RunOptions
    @Option(help: ArgumentHelp("What metrics of that run are called after: test_f1, test_ap.", valueName: "name"))
    var set = "test"

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        try results.check(against: input.files, beside: [("the page", html), ("the figures", figures)])
        let settings = try settings()
        let measure = try measure(settings)
        var evaluations: [ModelEvaluation] = []
        var readCount = 0
        for path in input.files.isEmpty ? ["-"] : input.files {
            let source = path == "-" ? "<stdin>" : path
            var scored = ScoredModels()
            let reader = try RecordReader(paths: [path])
            var records: [ScoredRecord] = []
            while try reader.next(&records) {
                try scored.append(records, source: source, firstNumber: reader.recordCount - records.count + 1)
            }
            guard !scored.models.isEmpty else { throw DataError("\(source): no record") }
            for data in scored.models {
                evaluations.append(try ModelEvaluation(data, source: source, measure: measure))
            }
            readCount += reader.recordCount
        }
        let drawn = html != nil || figures != nil ? EvaluationFigures(evaluations) : nil
        let page = drawn.map {
            EvaluationPage.text(evaluations, figures: $0, tool: "\(Self.toolName) \(borescopeVersion)")
        }
        try results.write(
            table: EvaluationText.text(evaluations, showsUnits: units), json: EvaluationJSON.text(evaluations),
            printsTable: html != "-")
        if let html, let page { try StandardOutput.write(page, to: html) }
        if let figures, let drawn { try write(drawn, to: figures) }
        try record(evaluations, settings, report)
        report.summary(
            read: readCount, written: evaluations.count,
            skipped: evaluations.reduce(0) { $0 + $1.warmupCount + $1.unlabelledCount })
        return .done
    }

    private func record(_ evaluations: [ModelEvaluation], _ settings: Settings, _ report: Report) throws {
        guard let run = recording.run else { return }
        guard run == "model" || evaluations.count == 1 else {
            throw UsageError("--run: there are \(evaluations.count) models; expected --run model, the run of each")
        }
        for evaluation in evaluations {
            try recording.record(model: evaluation.modelVersion, settings, report) { journal in
                let time = RunJournal.now
                try journal.append(
                    .metrics(
                        evaluation.metrics.map { Metric(key: "\(set)_\($0.name)", value: $0.value, time: time) }))
                try journal.add(text: EvaluationJSON.text([evaluation]), as: "\(set)/evaluation.json")
                for figure in EvaluationFigures([evaluation]).all {
                    try journal.add(text: figure.svg, as: "\(set)/\(figure.name).svg")
                }
            }
        }
    }

    private func write(_ drawn: EvaluationFigures, to path: String) throws {
        // A directory of figures is known by the one that every evaluation has.
        let directory = try AtomicDirectory(path, replacing: "roc.svg")
        for figure in drawn.all { try directory.write(figure.svg.utf8, to: "\(figure.name).svg") }
        try directory.commit()
    }

    private func settings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.evaluate_yaml, file: configuration.file)
        settings.override(with: alarms)
        settings.override("weights", with: weights, from: "--weights")
        settings.override("bootstrap", with: bootstrap, from: "--bootstrap")
        settings.override("seed", with: seed, from: "--seed")
        return settings
    }

    private func measure(_ settings: Settings) throws -> EvaluationProtocol {
        var measure = EvaluationProtocol()
        measure.threshold = try DecisionThreshold.checked(threshold)
        measure.rulThreshold = rulThreshold
        measure.weighting = try settings.choice("weights")
        guard let policy = try settings.alarmPolicy() else {
            throw settings.fault("alarm.records", expected: "K/N, as in 3/3")
        }
        measure.alarmRule = AlarmRule(
            policy: policy, farRUL: Int64(try settings.int("alarm.far_rul", in: 0...1_000_000_000)))
        measure.replicates = try settings.int("bootstrap", in: 0...1_000_000)
        measure.seed = UInt64(try settings.int("seed", in: 0 ... .max))
        return measure
    }
}
