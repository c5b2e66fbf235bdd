import ArgumentParser
import CommandKit
import Training

@main
struct TrainLSTMAutoencoder: Tool {
    static let configuration = CommandConfiguration(
        commandName: "train-lstmae", abstract: "Train an LSTM autoencoder on feature rows or windows.",
        discussion: """
            Splits the units, learns to reconstruct healthy windows of the training units, keeps the epoch that \
            reconstructs those of the validation units best, learns from labels of the training units, where there are \
            some, how much each sensor counts, chooses the threshold on the validation units, writes a model bundle for \
            score, and prints what it found. Every default stands in configs/train-lstmae.yaml. Ctrl-C ends training \
            and keeps the best epoch so far; --resume goes on from the checkpoint as if nothing had happened.

              cmapss-ingest train_FD001.txt | featurize | train-lstmae -o models/lstmae
              train-lstmae --epochs 10 --checkpoint lstmae.checkpoint -o models/lstmae features.ndjson
              train-lstmae --resume --checkpoint lstmae.checkpoint -o models/lstmae features.ndjson
            """,
        version: borescopeVersion)

    @OptionGroup var input: InputOptions
    @OptionGroup var bundle: BundleOptions
    @OptionGroup var network: NetworkOptions
    @OptionGroup var weights: WeightOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var tracking: TrackingOptions
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions

    func execute(_ report: Report) throws -> ToolStatus {
        try network.check()
        var settings = try Settings(
            tool: Self.toolName, defaults: PackageResources.train_lstmae_yaml, file: configuration.file)
        network.override(&settings)
        weights.override(&settings)
        training.override(&settings)
        tracking.override(&settings)
        let recipe = try AutoencoderRecipe(settings)
        let plan = try NetworkTraining(settings)
        let run = try TrainingRun(
            training, bundle: bundle, checkpoint: network.checkpoint, tracking: tracking, settings: settings,
            files: input.files, report: report)
        try run.train(recipe, plan, options: network)
        return .done
    }
}
