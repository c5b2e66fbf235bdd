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

    /// The file, if one was named.
    ///
    /// - Throws: `SystemError` where it could not be replaced at the end: all the work would be lost.
    public func replaceableFile() throws -> String? {
        if let file { try AtomicFile.checkCreatable(file) }
        return file
    }
}
