import ArgumentParser

/// What becomes of rows with a missing value.
public struct MissingOptions: ParsableArguments {
    /// The name of a policy.
    @Option(
        help: "Rows with a missing value: error, hold (the unit's last value), or drop.",
        completion: .list(["error", "hold", "drop"]))
    public var missing: String?

    /// Nothing set.
    public init() {}
}

extension Settings {
    /// Puts the option above `missing`.
    public mutating func override(with options: MissingOptions) {
        override("missing", with: options.missing, from: "--missing")
    }
}
