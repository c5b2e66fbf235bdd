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

    /// Throws `UsageError` when a result would replace one of `inputs`.
    public func check(against inputs: [String]) throws {
        for path in [output, json].compactMap({ $0 }) where path != "-" && inputs.contains(path) {
            throw UsageError("\(path) is an input; write the result to another file")
        }
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
