import ArgumentParser
import CommandKit
import Detectors
import Training

@main
struct TrainIsolationForest: Tool {
    static let configuration = CommandConfiguration(
        commandName: "train-iforest", abstract: "Train an isolation forest on feature rows or windows.",
        discussion: """
            Splits the units, learns from healthy windows of the training units, and where these have labels how much \
            each sensor counts, chooses the threshold on the validation units, writes a model bundle for score, and \
            prints what it found. Every default stands in configs/train-iforest.yaml.

              cmapss-ingest train_FD001.txt | featurize | train-iforest -o models/iforest
              train-iforest --view window --samples 1024 -o models/flat features.ndjson
              train-iforest --healthy 'cycle<=500' -o models/pump pump.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions
    @OptionGroup var bundle: BundleOptions
    @Option(help: "What of a window the forest looks at: window, statistics or last.")
    var view: String?
    @Option(help: ArgumentHelp("Trees.", valueName: "n"))
    var trees: Int?
    @Option(help: ArgumentHelp("Windows drawn for each tree, or all.", valueName: "n"))
    var samples: String?
    @OptionGroup var weights: WeightOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var tracking: TrackingOptions
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.train_iforest_yaml, file: configuration.file)
        settings.override("forest.view", with: view, from: "--view")
        settings.override("forest.trees", with: trees, from: "--trees")
        settings.override("forest.samples", with: samples, from: "--samples")
        weights.override(&settings)
        training.override(&settings)
        tracking.override(&settings)
        let weights = try WeightSettings(settings)
        let view = try settings.choice("forest.view", as: WindowView.self)
        let forest = IsolationForest.Configuration(
            trees: try settings.int("forest.trees", in: 1...100_000), samples: try sampleCount(settings),
            seed: try settings.seed())
        let run = try TrainingRun(
            training, bundle: bundle, tracking: tracking, settings: settings, files: input.files, report: report)
        let constant = run.prepared.constantColumns
        if !constant.isEmpty {
            report.logger.warning("constant over the healthy windows: \(constant.joined(separator: ", "))")
        }
        let alone = try ForestDetector(
            fitting: run.prepared.healthy, view: view, configuration: forest, pool: run.pool)
        let detector = try run.prepared.weighed(alone, weights, pool: run.pool)
        try run.finish(
            detector,
            calibration: detector.architecture.weights == nil
                ? .identity : run.prepared.relativeCalibration(of: detector, pool: run.pool),
            fit: "\(forest.trees) trees × \(alone.forest.sampleCount), view \(view.rawValue),")
        return .done
    }

    private func sampleCount(_ settings: Settings) throws -> Int? {
        if (try? settings.string("forest.samples")) == "all" { return nil }
        guard let count = try? settings.int("forest.samples", in: 2...Int(Int32.max)) else {
            throw settings.fault("forest.samples", expected: "a whole number of at least 2, or all")
        }
        return count
    }
}
