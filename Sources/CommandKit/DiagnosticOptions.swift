import ArgumentParser

/// `--quiet`, `--verbose` and `--log-format`.
public struct DiagnosticOptions: ParsableArguments {
    /// Errors only.
    @Flag(name: .shortAndLong, help: "Print errors only.")
    public var quiet = false

    /// The summary too.
    @Flag(name: .shortAndLong, help: "Say what was read, written and skipped.")
    public var verbose = false

    /// The form of messages.
    @Option(name: .long, help: "The form of messages: text or json.")
    public var logFormat = LogFormat.text

    /// Nothing set.
    public init() {}
}

/// The form of a message on standard error.
public enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// `tool: message`
    case text
    /// One JSON object a line.
    case json
}
