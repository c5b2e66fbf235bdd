import ArgumentParser
import CommandKit
import Detectors
import DurableFiles

/// Where a trainer writes its model.
public struct BundleOptions: ParsableArguments {
    /// The folder.
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write the bundle to DIR, whole.", valueName: "dir"),
        completion: .directory)
    public var output: String

    /// Nothing set.
    public init() {}

    /// Throws before long work what would stop it at its end.
    ///
    /// - Parameters:
    ///   - inputs: what is read, which no output may replace.
    ///   - checkpoint: where the training writes how far it is; nil is nowhere.
    /// - Throws: `UsageError` when an output is an input or another output, `SystemError` when one cannot be written.
    public func check(against inputs: [String], checkpoint: String? = nil) throws {
        try PlannedOutputs([("the bundle", output), ("the checkpoint", checkpoint)]).check(against: inputs)
        try ModelBundle.checkWritable(output)
        if let checkpoint { try AtomicFile.checkCreatable(checkpoint) }
    }
}

/// The options that every trainer has, whatever it fits.
public struct TrainingOptions: ParsableArguments {
    /// The columns of a window.
    @Option(help: ArgumentHelp("The columns of a window: names or patterns, in order.", valueName: "list"))
    public var columns: [String] = []

    /// Which rows are healthy.
    @Option(help: ArgumentHelp("Rows to learn from: rul>=N, cycle<=N or all.", valueName: "rule"))
    public var healthy: String?

    /// How the threshold is chosen.
    @Option(
        help: ArgumentHelp(
            "How the threshold is chosen: f1, fbeta:BETA, cost:MISS:ALARM, false-alarms:PER1000, quantile:Q, contamination.",
            valueName: "objective"))
    public var objective: String?

    /// The share of validation units.
    @Option(help: ArgumentHelp("The share of units to validate on; 0 is none.", valueName: "share"))
    public var validation: Double?

    /// The share of test units.
    @Option(help: ArgumentHelp("The share of units to measure on.", valueName: "share"))
    public var test: Double?

    /// What becomes of rows with a missing value.
    @OptionGroup public var missing: MissingOptions

    /// The model's name.
    @Option(help: ArgumentHelp("The model's name.", valueName: "name"))
    public var name: String?

    /// The seed.
    @Option(help: ArgumentHelp("What every random number depends on.", valueName: "n"))
    public var seed: UInt64?

    /// The seed of the split.
    @Option(
        help: ArgumentHelp(
            "What the split of the units depends on; models of several seeds that share it can be put together.",
            valueName: "n"))
    public var splitSeed: UInt64?

    /// The number of threads.
    @Option(help: ArgumentHelp("Threads; 0 is one per processor.", valueName: "n"))
    public var threads: Int?

    /// Nothing set.
    public init() {}

    /// Sets what the command line says.
    public func override(_ settings: inout Settings) {
        settings.override("healthy", with: healthy, from: "--healthy")
        settings.override("threshold.objective", with: objective, from: "--objective")
        settings.override("split.validation", with: validation, from: "--validation")
        settings.override("split.test", with: test, from: "--test")
        settings.override(with: missing)
        settings.override("name", with: name, from: "--name")
        settings.override("seed", with: seed, from: "--seed")
        settings.override("split.seed", with: splitSeed, from: "--split-seed")
        settings.override("threads", with: threads, from: "--threads")
    }
}
