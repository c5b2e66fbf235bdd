import ArgumentParser

/// What is remembered of units from one run to the next.
public struct StateOptions: ParsableArguments {
    /// The file of it.
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Continue from the state in FILE, if it is there, and replace it at the end.", valueName: "file"),
        completion: .file())
    public var file: String?

    /// Nothing set.
    public init() {}
}
