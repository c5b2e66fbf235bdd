import ArgumentParser
import CommandKit
import Detectors
import Evaluation
import Experiments
import RecordStreams
import SensorData

@main
struct SweepThreshold: Tool {
    static let configuration = CommandConfiguration(
        commandName: "sweep-threshold",
        abstract: "Choose the threshold of a model on its scored records.",
        discussion: """
            Reads the scored records of one model (see score), tries thresholds, and prints what each of them does, the \
            best one marked. Of thresholds that serve the objective equally, the lowest is chosen. Choose on validation \
            units: a threshold chosen on the data that are to judge it promises too much.

            Example: score --model models/iforest validation.ndjson | sweep-threshold --exact --objective fbeta:2
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @OptionGroup var results: ReportOptions

    @Option(
        name: .long,
        help: """
            What the threshold is chosen for: f1, fbeta:BETA, cost:MISS:ALARM, false-alarms:PER1000, or without labels \
            quantile:Q.
            """)
    var objective: String?

    @Option(
        name: .long, help: ArgumentHelp("The thresholds tried, between 0 and 1.", valueName: "low:high:steps"))
    var grid: String?

    @Flag(name: .long, help: "Try every distinct score, midway to its neighbour.")
    var exact = false

    @Option(name: .long, help: "How much a record counts: truncation, none, or auto.")
    var weights: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write the chosen threshold into this bundle, that of the model of the records.", valueName: "bundle"),
        completion: .directory)
    var update: String?

    @OptionGroup var recording: RunOptions
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        try results.check(against: input.files)
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.sweep_threshold_yaml, file: configuration.file)
        settings.override("objective", with: objective, from: "--objective")
        settings.override("exact", with: exact ? true : nil, from: "--exact")
        settings.override("weights", with: weights, from: "--weights")
        guard let objective = ThresholdObjective(try settings.string("objective")) else {
            throw settings.fault(
                "objective", expected: "f1, fbeta:BETA, cost:MISS:ALARM, false-alarms:PER1000 or quantile:Q")
        }
        let (grid, weighting) = (try thresholds(settings), try settings.choice("weights", as: RecordWeighting.self))

        let bundle = try update.map { try ModelBundle(path: $0) }

        var (data, readCount) = try readRecords()
        if let update, let bundle, !data.isEmpty, !bundle.scoresAlike(data.modelVersion) {
            throw UsageError(
                "--update: \(update) is \(bundle.version); expected records of that model, found some of "
                    + "'\(data.modelVersion)'")
        }
        let applied = try data.weight(objective.needsLabels ? weighting : .none)
        let sweep = try ThresholdSweep(data, grid: grid, exact: try settings.bool("exact"), objective: objective)
        let result = SweepReport(sweep, of: data, weighting: applied)
        try results.write(table: result.text(), json: result.json())
        if let update, let bundle {
            guard !sweep.best.callsNothing else {
                throw UsageError(
                    "\(update) keeps its threshold: \(objective) is served best by calling no record anomalous")
            }
            let updated = try bundle.replacingThreshold(
                by: sweep.best.threshold, method: "\(objective), weights \(applied.rawValue)")
            try updated.write(to: update)
            report.logger.notice("\(update) is now \(updated.version), threshold \(sweep.best.threshold)")
        }
        try recording.record(model: data.modelVersion, settings, report) { journal in
            let time = RunJournal.now
            var metrics = [Metric(key: "sweep_threshold", value: sweep.best.threshold, time: time)]
            if let f1 = sweep.best.confusion.f1 { metrics.append(Metric(key: "sweep_f1", value: f1, time: time)) }
            try journal.append(.metrics(metrics))
            try journal.append(.tags(["sweep_objective": "\(objective)"]))
            try journal.add(text: result.json(), as: "sweep/thresholds.json")
        }
        report.summary(read: readCount, written: sweep.points.count, skipped: readCount - data.count)
        return .done
    }

    private func thresholds(_ settings: Settings) throws -> ThresholdGrid {
        let low = try settings.double("grid.low", in: ThresholdGrid.bounds)
        let high = try settings.double("grid.high", in: ThresholdGrid.bounds)
        let steps = try settings.int("grid.steps", in: ThresholdGrid.stepBounds)
        guard let configured = ThresholdGrid(low: low, high: high, steps: steps) else {
            throw settings.fault(among: [
                ("grid.high", "a number above grid.low (\(low))"), ("grid.low", "a number below grid.high (\(high))"),
            ])
        }
        if let grid {
            guard let grid = ThresholdGrid(grid) else {
                throw UsageError(
                    "--grid: expected LOW:HIGH:STEPS with 0 <= LOW < HIGH <= 1 and at least 2 steps, found '\(grid)'")
            }
            return grid
        }
        return configured
    }

    /// The records of the one model that all files come from, and how many were read.
    private func readRecords() throws -> (LabelledScores, Int) {
        var scored = ScoredModels()
        var records: [ScoredRecord] = []
        var readCount = 0
        for path in input.files.isEmpty ? ["-"] : input.files {
            let reader = try RecordReader(paths: [path])
            scored.beginSource()
            while try reader.next(&records) {
                try scored.append(
                    records, source: path == "-" ? "<stdin>" : path,
                    firstNumber: reader.recordCount - records.count + 1)
            }
            readCount += reader.recordCount
        }
        guard scored.models.count <= 1 else {
            let names = scored.models.map(\.modelVersion).joined(separator: ", ")
            throw DataError("the records come from several models (\(names)); expected one")
        }
        return (scored.models.first ?? LabelledScores(), readCount)
    }
}
