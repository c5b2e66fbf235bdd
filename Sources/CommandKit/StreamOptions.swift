import ArgumentParser
import Glibc
import RecordStreams

/// The operands of a program that reads a stream.
public struct InputOptions: ParsableArguments {
    /// The files, in order.
    @Argument(help: "Files to read; none or - is standard input.", completion: .file())
    public var files: [String] = []

    /// Nothing set.
    public init() {}
}

/// Where a program's stream goes, and in which form.
public struct OutputOptions: ParsableArguments {
    /// The file; nil is standard output.
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to FILE, whole, instead of standard output.", valueName: "file"),
        completion: .file())
    public var output: String?

    /// The form, where the command line says.
    @Option(name: .long, help: "The form of the output: ndjson or npy (default: $BORESCOPE_FORMAT, or ndjson).")
    public var format: StreamFormat?

    /// Records in an array.
    @Option(
        name: .customLong("npy-rows"),
        help: ArgumentHelp("Records in each .npy array; 1 makes an npy pipe live.", valueName: "n"))
    public var arrayLength: Int?

    /// Nothing set.
    public init() {}

    /// The output form: the option's, the environment's, or `fallback`.
    ///
    /// - Throws: `UsageError` when the environment names no form.
    public func resolvedFormat(default fallback: StreamFormat = .ndjson) throws -> StreamFormat {
        if let format { return format }
        guard let name = getenv("BORESCOPE_FORMAT").map({ String(cString: $0) }), !name.isEmpty else { return fallback }
        guard let format = StreamFormat(rawValue: name) else {
            throw UsageError("BORESCOPE_FORMAT: unknown format '\(name)'; expected ndjson or npy")
        }
        return format
    }

    /// Opens the output.
    public func openWriter(default fallback: StreamFormat = .ndjson) throws -> RecordWriter {
        if let arrayLength, arrayLength < 1 {
            throw UsageError("--npy-rows: expected a number of at least 1, found \(arrayLength)")
        }
        return RecordWriter(
            try ByteSink(path: output), format: try resolvedFormat(default: fallback), arrayLength: arrayLength ?? 1024)
    }
}

extension StreamFormat: ExpressibleByArgument {}
