import ArgumentParser
import DurableFiles

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

    /// The file, if one was named, looked at before the first row comes.
    ///
    /// - Parameters:
    ///   - inputs: what is read, which the state may not replace.
    ///   - output: where the records go, and the state may not. They may replace the input that they are made of, because
    ///     they are written whole.
    /// - Throws: `UsageError`; `SystemError` where the file could not be replaced at the end: all the work would be lost.
    public func replaceableFile(apartFrom inputs: [String], _ output: String?) throws -> String? {
        try PlannedOutputs([("the state", file)]).check(against: inputs)
        try PlannedOutputs([("the records", output), ("the state", file)]).checkApart()
        if let file { try AtomicFile.checkCreatable(file) }
        return file
    }
}
