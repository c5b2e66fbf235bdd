import Foundation
import Testing

/// A folder `Tests/Cases/<tool>/<case>` with a command and what it must print; `Tests/Cases/README.md` says how to
/// write one.
struct CommandCase: CustomTestStringConvertible, Sendable {
    /// The case's folder.
    let folder: URL
    /// `<tool>/<case>`.
    let name: String

    var testDescription: String { name }

    /// Every case below `root`, sorted by name.
    static func all(below root: URL) -> [CommandCase] {
        let paths = FileManager.default.subpaths(atPath: root.path) ?? []
        let names = paths.filter { $0.hasSuffix("/cmd") }.map { String($0.dropLast("/cmd".count)) }
        return names.sorted().map { CommandCase(folder: root.appendingPathComponent($0), name: $0) }
    }

    /// Why the case is known to fail; nil when it is to pass.
    func knownFailure() throws -> String? { try text("xfail") }

    /// What is expected: the files `expout`, `experr` and `status`; a missing one means nothing, nothing and 0.
    func expectation() throws -> Transcript {
        let status = try text("status")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "0"
        guard let status = Int32(status) else { throw CaseError("\(name)/status: '\(status)' is no number") }
        return Transcript(output: try text("expout") ?? "", errors: try text("experr") ?? "", status: status)
    }

    /// Runs the command in a copy of the folder.
    func run(in surroundings: Surroundings, timeout: Double = 120) throws -> Transcript {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("case-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: folder, to: scratch)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let outcome = try ChildProcess.run(
            "/bin/bash", ["cmd"], environment: surroundings.environment(home: scratch), folder: scratch,
            timeout: timeout)
        if outcome.timedOut { throw CaseError("\(name): still running after \(timeout) seconds") }
        return Transcript(
            output: surroundings.withoutPaths(outcome.output), errors: surroundings.withoutPaths(outcome.errors),
            status: outcome.status)
    }

    /// Makes what was seen the expectation.
    func record(_ seen: Transcript) throws {
        for (file, text) in [
            ("expout", seen.output), ("experr", seen.errors), ("status", seen.status == 0 ? "" : "\(seen.status)\n"),
        ] {
            let url = folder.appendingPathComponent(file)
            if text.isEmpty && file != "expout" {
                try? FileManager.default.removeItem(at: url)
            } else {
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
        }
    }

    /// The text of one of the case's files; nil when there is none.
    private func text(_ file: String) throws -> String? {
        let url = folder.appendingPathComponent(file)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }
}

/// A case that cannot be judged.
struct CaseError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
