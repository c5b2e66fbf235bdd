import Foundation
import Testing

@Suite("The case runner itself can say no")
struct CaseRunnerTests {
    /// Runs a made-up case of these files.
    private func verdict(_ files: [String: String], timeout: Double = 20) throws -> String? {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("made-up-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try text.write(to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
        }
        let commandCase = CommandCase(folder: folder, name: "made/up")
        return try commandCase.run(in: .borescope, timeout: timeout).difference(from: commandCase.expectation())
    }

    @Test("output, errors and status that agree pass")
    func agreement() throws {
        #expect(
            try verdict([
                "cmd": "cat input; echo bad >&2; exit 65", "input": "a\n", "expout": "a\n", "experr": "bad\n",
                "status": "65\n",
            ]) == nil)
    }

    @Test("one different byte, one missing line, an unexpected message or status fail")
    func departures() throws {
        #expect(try verdict(["cmd": "echo a", "expout": "b\n"])?.contains("stdout, line 1") == true)
        #expect(try verdict(["cmd": "printf a", "expout": "a\n"])?.contains("stdout, line 2") == true)
        #expect(try verdict(["cmd": "echo a; echo b", "expout": "a\n"])?.contains("found    'b'") == true)
        #expect(try verdict(["cmd": "echo x >&2"])?.contains("stderr, line 1") == true)
        #expect(try verdict(["cmd": "exit 3"])?.contains("status: expected 0, found 3") == true)
        #expect(try verdict(["cmd": "kill -9 $$"])?.contains("found 137") == true)
    }

    @Test("a command that hangs is killed with its children")
    func hang() {
        #expect(throws: CaseError.self) { try verdict(["cmd": "sleep 600 | sleep 600"], timeout: 0.2) }
    }

    @Test("a closed pipe ends a command as it would in a shell, and folders are named by their variables")
    func shell() throws {
        #expect(try verdict(["cmd": "yes | head -1; echo ${PIPESTATUS[0]}", "expout": "y\n141\n"]) == nil)
        #expect(try verdict(["cmd": "echo $DATA/x $CASES; cat", "expout": "$DATA/x $CASES\n"]) == nil)
    }
}
