import ArgumentParser
import RecordStreams

/// Where a program's findings go: a table for people, and JSON.
public struct ReportOptions: ParsableArguments {
    /// Where the table goes.
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the table to FILE, whole, instead of standard output.", valueName: "file"),
        completion: .file())
    public var output: String?

    /// Where the JSON goes.
    @Option(
        name: .long, help: ArgumentHelp("Write JSON to FILE; - prints it instead of the table.", valueName: "file"),
        completion: .file())
    public var json: String?

    /// Nothing set.
    public init() {}

    /// Throws `UsageError` when a result, here or in `others`, would replace one of `inputs` or another result.
    public func check(against inputs: [String], with others: [String?] = []) throws {
        try ResultFiles.check([output, json] + others, against: inputs)
    }

    /// Writes what was asked for.
    ///
    /// - Throws: `SystemError`.
    public func write(
        table: @autoclosure () throws -> String, json document: @autoclosure () throws -> String
    ) throws {
        if let json { try ReportOptions.write(try document(), to: json) }
        if json != "-" { try ReportOptions.write(try table(), to: output) }
    }

    private static func write(_ text: String, to path: String?) throws {
        let sink = try ByteSink(path: path)
        var text = text
        try text.withUTF8 { try sink.write(UnsafeRawBufferPointer($0)) }
        try sink.finish()
    }
}
