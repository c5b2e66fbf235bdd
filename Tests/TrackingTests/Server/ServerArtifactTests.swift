import Foundation
import Testing
import Tracking

/// Files that come over the network, and names that come with them.
@Suite struct ServerArtifactTests {
    /// What `get` says of an answer, and what it leaves in the folder.
    private func get(
        _ reply: ScriptedServer.Reply, _ name: String = "model/model.json", limit: Int = 1_000
    ) throws -> (error: TrackingError?, left: [String]) {
        let server = try ScriptedServer { _, _ in reply }
        let store = try MLflowServer(url: server.url, settings: try quick())
        return try inFolder { folder in
            let error = failure {
                try store.get(try ArtifactName(name), of: runRecord(), to: "\(folder)/x", limit: limit)
            }
            return (error, try FileManager.default.contentsOfDirectory(atPath: folder))
        }
    }

    @Test func aFileThatIsCutShortIsRefused() throws {
        let (error, left) = try get(.bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
        guard case .unavailable(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains("artifact model/model.json of run abc: the answer was cut short after 4 of 100 bytes"))
        #expect(left.isEmpty)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
        #expect(try get(.bytes(chunked)).error?.description.contains("cut short after 4 bytes") == true)
    }

    @Test func aFileThatIsTooLongIsRefused() throws {
        let long = String(repeating: "x", count: 1_001)
        for reply in [
            ScriptedServer.Reply.answer(200, long, type: "application/octet-stream"),
            .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n\(long)\r\n0\r\n\r\n"),
            .bytes("HTTP/1.0 200 OK\r\n\r\n\(long)"),
        ] {
            let (error, left) = try get(reply)
            guard case .damaged(let text) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.hasSuffix("the answer has 1001 bytes or more; expected at most 1000") && left.isEmpty)
        }
    }

    @Test func aPageInPlaceOfAFileIsRefused() throws {
        let page = "\n<!DOCTYPE html><html><title>Sign in</title></html>"
        for type in ["text/html; charset=utf-8", "application/octet-stream"] {
            let (error, left) = try get(.answer(200, page, type: type))
            guard case .damaged(let text) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.hasSuffix("expected the file, found 200 with \(type) 'Sign in'") && left.isEmpty)
        }
        let server = try ScriptedServer { _, _ in .answer(200, page, type: "text/html") }
        let store = try MLflowServer(url: server.url, settings: try quick())
        try inFolder { folder in
            try store.get(try ArtifactName("report.html"), of: runRecord(), to: "\(folder)/new/x", limit: 1_000)
            #expect(try String(contentsOfFile: "\(folder)/new/x", encoding: .utf8) == page)
        }
    }

    @Test func aFileThatIsNotThereIsMissing() throws {
        let refusal = #"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such artifact: 'x'"}"#
        let (error, left) = try get(.answer(404, refusal))
        guard case .missing(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.hasSuffix("404 RESOURCE_DOES_NOT_EXIST: No such artifact: 'x'") && left.isEmpty)
        let store = try MLflowServer(url: "http://127.0.0.1:1", settings: try quick())
        guard case .missing = failure({ try store.put("/nowhere", as: try ArtifactName("x"), of: runRecord()) }) else {
            Issue.record("expected no file")
            return
        }
    }

    @Test(arguments: [
        "../x", "/etc/passwd", "a/../../x", "a//b", "..\\\\x", "other/x", "model", "model/a/b", "model/", ".",
    ])
    func namesThatLeadElsewhereAreRefused(path: String) throws {
        let server = try ScriptedServer { _, _ in .answer(200, #"{"files": [{"path": "\#(path)", "file_size": 1}]}"#) }
        let store = try MLflowServer(url: server.url, settings: try quick())
        guard case .damaged = failure({ _ = try store.artifacts(in: try ArtifactName("model"), of: runRecord()) })
        else {
            Issue.record("expected '\(path)' to be refused")
            return
        }
    }

    @Test(arguments: [
        "mlflow-artifacts:/1/../../abc", "mlflow-artifacts:/1/%2e%2e/abc", "mlflow-artifacts:1/abc",
        "mlflow-artifacts://user:secret@host/1/abc", "mlflow-artifacts:",
    ]) func placesThatLeadElsewhereAreRefused(uri: String) throws {
        let server = try ScriptedServer { _, _ in .answer(200, "{}") }
        let store = try MLflowServer(url: server.url, settings: try quick())
        let name = try ArtifactName("x")
        guard
            case .damaged = failure({ try store.get(name, of: runRecord(artifacts: uri), to: "/nowhere/x", limit: 1) })
        else {
            Issue.record("expected '\(uri)' to be refused")
            return
        }
        #expect(server.requests.isEmpty)
    }

    @Test func placesThatOnlyTheServerReachesAreExplained() throws {
        let store = try MLflowServer(url: "http://127.0.0.1:1", settings: try quick())
        for uri in [
            "s3://bucket/1/abc/artifacts", "file:///nowhere/at/all/1/abc/artifacts", "/nowhere/1/abc/artifacts",
        ] {
            let refused = failure {
                try store.put("/etc/hosts", as: try ArtifactName("x"), of: runRecord(artifacts: uri))
            }
            guard case .refused(let text) = refused else {
                Issue.record("\(String(describing: refused))")
                return
            }
            #expect(text.contains(uri) && text.contains("--artifacts-destination"))
        }
    }

    @Test func aFolderOfThisMachineIsWrittenTo() throws {
        try inFolder { folder in
            let server = try ScriptedServer { _, number in
                .answer(200, number == 0 ? #"{"files": [{"path": "model/a b", "file_size": 5}]}"# : "{}")
            }
            let store = try MLflowServer(url: server.url, settings: try quick())
            let run = runRecord(artifacts: "file://\(folder)/1/abc/artifacts")
            try Data("bytes".utf8).write(to: URL(fileURLWithPath: "\(folder)/source"))
            let name = try ArtifactName("model/a b")
            try store.put("\(folder)/source", as: name, of: run)
            try store.get(name, of: run, to: "\(folder)/copy", limit: 5)
            #expect(try String(contentsOfFile: "\(folder)/copy", encoding: .utf8) == "bytes")
            #expect(failure { try store.get(name, of: run, to: "\(folder)/copy", limit: 4) } != nil)
            // The server does not see what was written: the folder is not its own.
            #expect(failure { try store.put("\(folder)/source", as: name, of: run) } != nil)
        }
    }
}
