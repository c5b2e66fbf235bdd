import ArgumentParser
import CommandKit
import DurableFiles
import Foundation
import SensorData
import Testing

private struct Unavailable: ToolFailure {
    var status: ToolStatus { .unavailable }
    var description: String { "nobody answers" }
}

private struct Unforeseen: Error {}

@Suite struct ReportTests {
    private func report(_ arguments: String...) throws -> Report {
        Report(tool: "test-tool", options: try DiagnosticOptions.parse(arguments))
    }

    @Test(
        "every error has its exit status",
        arguments: [
            (UsageError("no such option") as any Error, ToolStatus.usage),
            (DataError("no number", at: SourceLocation(file: "a", number: 2)), .badData),
            (SystemError("open", "a", code: ENOENT), .noInput),
            (SystemError("create", "a", code: EACCES), .cannotCreate),
            (SystemError("write", "a", code: ENOSPC), .inputOutput),
            (SystemError("read", "a", code: EIO), .inputOutput),
            (SystemError("write", "<stdout>", code: EPIPE), .done),
            (Unavailable(), .unavailable),
            (Unforeseen(), .internalError),
        ])
    func statuses(error: any Error, status: ToolStatus) throws {
        let report = try report("--quiet")
        #expect(report.status { throw error } == status)
    }

    @Test("what the work says is the status")
    func verdicts() throws {
        let report = try report()
        #expect(report.status { .done } == .done)
        #expect(report.status { .checkFailed } == .checkFailed)
    }

    @Test("the numbers are those of sysexits.h")
    func numbers() {
        let all: [ToolStatus] = [
            .done, .checkFailed, .usage, .badData, .noInput, .unavailable, .internalError, .cannotCreate, .inputOutput,
        ]
        #expect(all.map(\.rawValue) == [0, 1, 64, 65, 66, 69, 70, 73, 74])
    }

    @Test("--quiet leaves errors alone, --verbose adds the summary")
    func levels() throws {
        #expect(try report().logger.logLevel == .notice)
        #expect(try report("--verbose").logger.logLevel == .info)
        #expect(try report("--verbose", "--quiet").logger.logLevel == .error)
        #expect(try !report("--quiet").showsProgress)
    }
}

@Suite struct StreamOptionsTests {
    @Test("a result may not replace an input")
    func results() throws {
        try ReportOptions.parse([]).check(against: ["a", "-"])
        let results = try ReportOptions.parse(["-o", "-", "--json", "a"])
        #expect(throws: UsageError.self) { try results.check(against: ["b", "a"]) }
        try results.check(against: ["b", "-"])
    }

    @Test("a result may not replace another one, by whatever name, but devices take all there is")
    func resultsOfOneFile() throws {
        #expect(throws: UsageError.self) { try ReportOptions.parse(["-o", "new", "--json", "new"]).check(against: []) }
        #expect(throws: UsageError.self) { try ResultFiles.check(["new"], against: [], beside: ["new"]) }
        try ReportOptions.parse(["-o", "/dev/null", "--json", "/dev/null"]).check(against: [])
        let folder = FileManager.default.temporaryDirectory.path
        let name = "result-\(UUID().uuidString)"
        try AtomicFile.write(Array("a".utf8), to: "\(folder)/\(name)")
        defer { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        #expect(throws: UsageError.self) {
            try ResultFiles.check(["\(folder)/\(name)"], against: ["\(folder)/./\(name)"])
        }
        try ResultFiles.check(["\(folder)/\(name)"], against: ["\(folder)/another"], beside: [nil, "-"])
    }

    @Test("an array holds at least one record")
    func arrays() throws {
        let output = try OutputOptions.parse(["--npy-rows", "0"])
        #expect(throws: UsageError.self) { try output.openWriter() }
    }
}
