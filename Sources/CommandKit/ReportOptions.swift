import ArgumentParser

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

    /// Throws `UsageError` when a result would replace one of `inputs`, or the other result.
    ///
    /// - Parameter others: what else the program writes, in words, and where.
    public func check(against inputs: [String], beside others: [(what: String, path: String?)] = []) throws {
        try PlannedOutputs(files + others).check(against: inputs)
    }

    private var files: [(what: String, path: String?)] { [("the result", output), ("the JSON", json)] }

    /// Writes what was asked for: JSON that is printed takes the place of the table, unless that goes to a file.
    ///
    /// - Parameter printsTable: whether the table is printed when nobody says where it goes.
    /// - Throws: `UsageError` when both go to one place, `SystemError`.
    public func write(
        table: @autoclosure () throws -> String, json document: @autoclosure () throws -> String,
        printsTable: Bool = true
    ) throws {
        try PlannedOutputs(files).checkApart()
        if let json { try StandardOutput.write(try document(), to: json) }
        if output != nil || printsTable && json != "-" { try StandardOutput.write(try table(), to: output) }
    }
}
