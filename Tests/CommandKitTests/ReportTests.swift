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

    @Test("a result may not replace an input under another name, or the other result")
    func outputs() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("outputs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in").path
        try Data().write(to: URL(fileURLWithPath: input))
        let link = folder.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "in")
        func refusal(_ arguments: [String], _ others: [(String, String?)] = []) -> String? {
            do {
                try ReportOptions.parse(arguments).check(against: [input], beside: others.map { ($0.0, $0.1) })
                return nil
            } catch { return "\(error)".replacing(folder.path, with: "D") }
        }
        #expect(refusal(["-o", "\(folder.path)/./in"]) == "D/./in is an input; write the result to another file")
        #expect(refusal(["--json", link]) == "D/link is an input; write the JSON to another file")
        let out = "\(folder.path)/out"
        #expect(refusal(["-o", out]) == nil)
        #expect(
            refusal(["-o", out, "--json", "\(folder.path)/../\(folder.lastPathComponent)/out"])?
                .hasPrefix("the result and the JSON both go to D/") == true)
        #expect(
            refusal(["-o", out], [("the page", out)])
                == "the result and the page both go to D/out; write one of them to another file")
        #expect(
            refusal(["--json", "-"], [("the page", "-")])
                == "the JSON and the page both go to standard output; write one of them to another file")
        // Devices keep nothing that could be destroyed.
        #expect(refusal(["-o", "/dev/null", "--json", "/dev/null"]) == nil)
        let state = try StateOptions.parse(["--state", input])
        #expect(throws: UsageError.self) { try state.replaceableFile(apartFrom: [link], nil) }
        #expect(throws: UsageError.self) { try state.replaceableFile(apartFrom: ["-"], link) }
        #expect(try state.replaceableFile(apartFrom: ["-"], out) == input)
    }

    @Test("an array holds at least one record")
    func arrays() throws {
        let output = try OutputOptions.parse(["--npy-rows", "0"])
        #expect(throws: UsageError.self) { try output.openWriter() }
    }
}
