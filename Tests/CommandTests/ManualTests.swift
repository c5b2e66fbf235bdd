import Foundation
import Testing

private let manual = Surroundings.repository.appendingPathComponent("man")
private let examples = manual.appendingPathComponent("examples")

/// The programs that have a page: those with a file of examples.
private let documented: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: examples.path)) ?? []
    return names.filter { $0.hasSuffix(".mdoc") }.map { String($0.dropLast(".mdoc".count)) }.sorted()
}()

@Suite("The manual")
struct ManualTests {
    @Test("every program that is installed has a page")
    func completeness() throws {
        let sources = Surroundings.repository.appendingPathComponent("Sources")
        let programs = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { folder in
            folder == folder.lowercased() && folder != "borescope-bench"
        }
        #expect(programs.sorted() == documented)
    }

    @Test("the pages of section 1 are what the programs say of themselves; make man writes them anew")
    func pages() throws {
        try inScratchFolder { folder in
            let outcome = try ChildProcess.run(
                Surroundings.products.appendingPathComponent("write-manual").path,
                [
                    "--products", Surroundings.products.path, "--examples", examples.path, "--output", folder.path,
                    "--configs", Surroundings.repository.appendingPathComponent("configs").path,
                ] + documented,
                environment: Surroundings.borescope.environment(home: folder), folder: folder, timeout: 60)
            try #require(outcome.status == 0, "\(String(decoding: outcome.errors, as: UTF8.self))")
            for program in documented {
                let written = try String(contentsOf: folder.appendingPathComponent("\(program).1"), encoding: .utf8)
                let committed = try? String(
                    contentsOf: manual.appendingPathComponent("man1/\(program).1"), encoding: .utf8)
                let difference = Transcript(output: written, errors: "", status: 0)
                    .difference(from: Transcript(output: committed ?? "", errors: "", status: 0))
                #expect(difference == nil, "man/man1/\(program).1 is not up to date; run make man")
            }
        }
    }

    @Test("every example of every page runs, in order, where its files are", arguments: documented)
    func example(program: String) throws {
        let text = try String(contentsOf: examples.appendingPathComponent("\(program).mdoc"), encoding: .utf8)
        let commands = ManualExample.commands(in: text)
        #expect(!commands.isEmpty)
        try inScratchFolder { folder in
            for command in [ManualExample.preparation] + commands {
                let outcome = try ChildProcess.run(
                    "/bin/bash", ["-euc", "set -o pipefail\n\(command)"],
                    environment: Surroundings.borescope.environment(home: folder), folder: folder, timeout: 120)
                #expect(
                    outcome.status == 0 && !outcome.timedOut,
                    "\(program): \(command)\n\(String(decoding: outcome.errors, as: UTF8.self))")
            }
        }
    }

    @Test(
        "mandoc has nothing to warn of", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc")))
    func lint() throws {
        for section in ["man1", "man5"] {
            let folder = manual.appendingPathComponent(section)
            for page in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                let outcome = try ChildProcess.run(
                    "/usr/bin/mandoc", ["-T", "lint", "-W", "warning", page], environment: [:], folder: folder,
                    timeout: 20)
                #expect(outcome.status == 0, "\(String(decoding: outcome.output, as: UTF8.self))")
            }
        }
    }

    private func inScratchFolder(_ work: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("manual-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try work(folder)
    }
}

/// The commands that a page shows.
enum ManualExample {
    /// What a reader of the examples has in the folder: NASA's files of FD001, and a model.
    static let preparation = """
        for name in train_FD001 test_FD001; do gunzip -c "$DATA/$name.txt.gz" >$name.txt; done
        cp "$DATA/RUL_FD001.txt" .
        """

    /// The literal blocks of `mdoc`, as a shell reads them; a block after the comment `not run` is left out.
    static func commands(in mdoc: String) -> [String] {
        var commands: [String] = []
        var block: [String]?
        var isRun = true
        for line in mdoc.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(".Bd -literal") {
                block = []
            } else if line == ".Ed", let lines = block {
                if isRun { commands.append(lines.joined(separator: "\n")) }
                block = nil
                isRun = true
            } else if line.hasPrefix(".\\\" not run") {
                isRun = false
            } else {
                block?.append(unescaped(line))
            }
        }
        return commands
    }

    private static func unescaped(_ line: Substring) -> String {
        [("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"), ("\\(ha", "^"), ("\\(ti", "~"), ("\\e", "\\")]
            .reduce(String(line)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
}

@Suite("Examples are found in a page")
struct ManualExampleTests {
    @Test("blocks are unescaped, and those not to be run are left out")
    func commands() {
        let text = """
            Words.
            .Bd -literal -offset indent
            awk \\(aq{print $1}\\(aq a \\e
              | head \\-1
            .Ed
            .\\" not run: it never ends
            .Bd -literal
            tail \\-f a
            .Ed
            .Bd -literal
            last
            .Ed
            """
        #expect(ManualExample.commands(in: text) == ["awk '{print $1}' a \\\n  | head -1", "last"])
    }
}
