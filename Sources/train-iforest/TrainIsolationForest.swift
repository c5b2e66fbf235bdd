import ArgumentParser
import CommandKit
import Detectors
import Features
import RecordStreams
import Training
import VectorMath

@main
struct TrainIsolationForest: Tool {
    static let configuration = CommandConfiguration(
        commandName: "train-iforest", abstract: "Train an isolation forest on feature rows or windows.",
        discussion: """
            Splits the units, learns from healthy windows of the training units, chooses the threshold on the \
            validation units, writes a model bundle for score, and prints what it found. Every default stands in \
            configs/train-iforest.yaml.

              cmapss-ingest train_FD001.txt | featurize | train-iforest -o models/iforest
              train-iforest --view window --samples 1024 -o models/flat features.ndjson
              train-iforest --healthy 'cycle<=500' -o models/pump pump.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write the bundle to DIR, whole.", valueName: "dir"),
        completion: .directory)
    var output: String
    @Option(help: "What of a window the forest looks at: window, statistics or last.")
    var view: String?
    @Option(help: ArgumentHelp("Trees.", valueName: "n"))
    var trees: Int?
    @Option(help: ArgumentHelp("Windows drawn for each tree, or all.", valueName: "n"))
    var samples: String?
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
        let settings = try overriddenSettings()
        let training = try TrainingSettings(settings, columns: columns)
        let view = try settings.choice("forest.view", as: WindowView.self)
        let forest = IsolationForest.Configuration(
            trees: try settings.int("forest.trees", in: 1...100_000), samples: try sampleCount(settings),
            seed: training.seed)
        let pool = WorkerPool(threads: try settings.int("threads", in: 0...1024))

        let reader = try RecordReader(paths: input.files, windowColumns: training.plainColumns)
        let data = try TrainingData(reader, settings: training.windows)
        if data.heldCount > 0 { report.logger.notice("missing values held: \(data.heldCount)") }
        if data.droppedCount > 0 { report.logger.notice("rows skipped for missing values: \(data.droppedCount)") }
        let prepared = try PreparedTraining(data, settings: training)
        let constant = prepared.constantColumns
        if !constant.isEmpty {
            report.logger.warning("constant over the healthy windows: \(constant.joined(separator: ", "))")
        }
        let detector = try ForestDetector(
            fitting: prepared.healthy, view: view, configuration: forest, pool: pool)
        let assessment = try Assessment(detector, calibration: .identity, on: prepared, pool: pool)
        let model = try TrainedModel(
            detector, assessment, on: prepared, tool: ToolRecord(name: Self.toolName, version: borescopeVersion),
            pool: pool)
        try model.bundle.write(to: output)
        let shape = "\(forest.trees) trees × \(detector.forest.sampleCount), view \(view.rawValue),"
        if !diagnostics.quiet { print(model.summary(fit: shape, path: output), terminator: "") }
        report.summary(read: reader.recordCount, written: 1, skipped: data.droppedCount)
        return .done
    }

    private func overriddenSettings() throws -> Settings {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.train_iforest_yaml, file: configuration.file)
        settings.override("forest.view", with: view, from: "--view")
        settings.override("forest.trees", with: trees, from: "--trees")
        settings.override("forest.samples", with: samples, from: "--samples")
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

    private func sampleCount(_ settings: Settings) throws -> Int? {
        if (try? settings.string("forest.samples")) == "all" { return nil }
        guard let count = try? settings.int("forest.samples", in: 2...Int(Int32.max)) else {
            throw settings.fault("forest.samples", expected: "a whole number of at least 2, or all")
        }
        return count
    }
}
