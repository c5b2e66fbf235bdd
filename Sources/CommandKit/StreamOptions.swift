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

/// The form in which a program writes its stream when nobody says which.
public protocol DefaultFormat {
    /// The form.
    static var format: StreamFormat { get }
}

/// NDJSON, as almost every program writes.
public enum NDJSONByDefault: DefaultFormat {
    /// NDJSON.
    public static var format: StreamFormat { .ndjson }
}

/// NPY, for tensors.
public enum NPYByDefault: DefaultFormat {
    /// NPY.
    public static var format: StreamFormat { .npy }
}

/// Where a program's stream goes, and in which form: NDJSON, when nobody says.
public typealias OutputOptions = StreamOutputOptions<NDJSONByDefault>

/// Where a program's stream goes, and in which form.
public struct StreamOutputOptions<Default: DefaultFormat>: ParsableArguments {
    /// The file; nil is standard output.
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to FILE, whole, instead of standard output.", valueName: "file"),
        completion: .file())
    public var output: String?

    /// The form, where the command line says.
    @Option(
        name: .long,
        help: "The form of the output: ndjson or npy (default: $BORESCOPE_FORMAT, or \(Default.format.rawValue)).")
    public var format: StreamFormat?

    /// Records in an array.
    @Option(
        name: .customLong("npy-rows"),
        help: ArgumentHelp("Records in each .npy array; 1 makes an npy pipe live.", valueName: "n"))
    public var arrayLength: Int?

    /// Nothing set.
    public init() {}

    /// The output form: the option's, the environment's, or the program's.
    ///
    /// - Throws: `UsageError` when the environment names no form.
    public func resolvedFormat() throws -> StreamFormat {
        if let format { return format }
        guard let name = getenv("BORESCOPE_FORMAT").map({ String(cString: $0) }), !name.isEmpty else {
            return Default.format
        }
        guard let format = StreamFormat(rawValue: name) else {
            throw UsageError("BORESCOPE_FORMAT: unknown format '\(name)'; expected ndjson or npy")
        }
        return format
    }

    /// Opens the output.
    ///
    /// - Parameter threads: how many threads write rows as NDJSON; 0 is one per processor.
    public func openWriter(threads: Int = 1) throws -> RecordWriter {
        if let arrayLength, arrayLength < 1 {
            throw UsageError("--npy-rows: expected a number of at least 1, found \(arrayLength)")
        }
        return RecordWriter(
            try ByteSink(path: output), format: try resolvedFormat(), arrayLength: arrayLength ?? 1024,
            threads: threads)
    }
}

extension StreamFormat: ExpressibleByArgument {}
