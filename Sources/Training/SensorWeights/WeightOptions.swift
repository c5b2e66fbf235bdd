import ArgumentParser
import CommandKit

/// The option of trainers that can learn sensor weights.
public struct WeightOptions: ParsableArguments {
    /// What decides how much a sensor counts.
    @Option(
        help: ArgumentHelp(
            "What decides how much a sensor counts: labels (of training units, where they have some) or uniform.",
            valueName: "source"))
    public var weights: String?

    /// Nothing set.
    public init() {}

    /// Sets what the command line says.
    public func override(_ settings: inout Settings) {
        settings.override("weights.from", with: weights, from: "--weights")
    }
}
