import ArgumentParser
import CommandKit
import Training

@main
struct TrainPatchTST: Tool {
    static let configuration = CommandConfiguration(
        commandName: "train-patchtst", abstract: "Train a forecasting transformer on feature rows or windows.",
        discussion: """
            Splits the units, learns to forecast the last rows of healthy windows of the training units from the rows \
            before, each column by itself, keeps the epoch that forecasts those of the validation units best, chooses \
            the threshold there, writes a model bundle for score, and prints what it found. Every default stands in \
            configs/train-patchtst.yaml. Ctrl-C ends training and keeps the best epoch so far; --resume goes on from \
            the checkpoint as if nothing had happened.

              cmapss-ingest train_FD001.txt | featurize | train-patchtst -o models/patchtst
              train-patchtst --epochs 10 --checkpoint patchtst.checkpoint -o models/patchtst features.ndjson
              train-patchtst --resume --checkpoint patchtst.checkpoint -o models/patchtst features.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions
    @OptionGroup var bundle: BundleOptions
    @OptionGroup var network: NetworkOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var tracking: TrackingOptions
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        try network.check()
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.train_patchtst_yaml, file: configuration.file)
        network.override(&settings)
        training.override(&settings)
        tracking.override(&settings)
        let recipe = try PatchTSTRecipe(settings)
        let plan = try NetworkTraining(settings)
        let run = try TrainingRun(
            training, bundle: bundle, checkpoint: network.checkpoint, tracking: tracking, settings: settings,
            files: input.files, report: report)
        try run.train(recipe, plan, options: network)
        return .done
    }
}
