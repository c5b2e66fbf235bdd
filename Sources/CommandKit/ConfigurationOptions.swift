import ArgumentParser

/// `--config`.
public struct ConfigurationOptions: ParsableArguments {
    /// The file.
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Take settings from a YAML file; see configs/.", valueName: "file"), completion: .file())
    public var file: String?

    /// Nothing set.
    public init() {}
}
