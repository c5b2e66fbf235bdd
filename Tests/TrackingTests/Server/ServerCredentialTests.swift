import Experiments
import Foundation
import Testing
import Tracking

/// Who asks: told to the server, and to nobody else.
@Suite struct ServerCredentialTests {
    private static let basic: [String: String] = [
        "MLFLOW_TRACKING_USERNAME": "anna", "MLFLOW_TRACKING_PASSWORD": "hunter2", "MLFLOW_TRACKING_TOKEN": "t0ken",
    ]

    @Test func aNameAndPasswordWinOverAToken() throws {
        let server = try ScriptedServer { _, _ in .answer(200, runAnswer) }
        let environments = [
            Self.basic, ["MLFLOW_TRACKING_TOKEN": "t0ken"], ["MLFLOW_TRACKING_USERNAME": "anna"],
            ["MLFLOW_TRACKING_USERNAME": "anna", "MLFLOW_TRACKING_PASSWORD": "", "MLFLOW_TRACKING_TOKEN": "t0ken"],
        ]
        for environment in environments {
            _ = try MLflowServer(url: server.url, settings: try quick(environment)).run(id: "abc")
        }
        let sent = server.requests.map { $0.headers["authorization"] }
        #expect(sent == ["Basic YW5uYTpodW50ZXIy", "Bearer t0ken", nil, "Bearer t0ken"])
    }

    @Test(arguments: [401, 403, 400, 500, 200]) func neverStandInMessages(status: Int) throws {
        let server = try ScriptedServer { request, _ in
            .answer(status, "you said \(request.headers["authorization"] ?? "") as hunter2", type: "text/plain")
        }
        let settings = try quick(Self.basic)
        let store = try MLflowServer(url: server.url, settings: settings)
        let text = failure { _ = try store.run(id: "abc") }?.description ?? ""
        #expect(text.contains("you said Basic *** as ***"))
        if status == 401 || status == 403 {
            #expect(text.contains("MLFLOW_TRACKING_USERNAME") && text.contains("MLFLOW_TRACKING_TOKEN"))
        }
        var dumped = ""
        dump(store, to: &dumped)
        dump(settings, to: &dumped)
        for shown in ["\(settings)", String(reflecting: settings), "\(store)", dumped] {
            #expect(!shown.contains("hunter2") && !shown.contains("YW5uYTpodW50ZXIy"))
        }
    }

    @Test func anUnknownHostNameIsExplained() throws {
        let server = try ScriptedServer { _, _ in
            .answer(403, "Invalid Host header - possible DNS rebinding attack detected", type: "text/plain")
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        #expect(failure { _ = try store.run(id: "abc") }?.description.contains("--allowed-hosts") == true)
    }

    @Test func artifactsOnAnotherHostAreAskedForWithoutThem() throws {
        let other = try ScriptedServer { _, _ in .answer(200, "bytes", type: "application/octet-stream") }
        let server = try ScriptedServer { _, _ in .answer(200, "bytes", type: "application/octet-stream") }
        let store = try MLflowServer(url: "\(server.url)/prefix/", settings: try quick(Self.basic))
        try inFolder { folder in
            for host in [other.url, server.url] {
                let run = runRecord(artifacts: "mlflow-artifacts://\(host.dropFirst("http://".count))/1/abc/artifacts")
                try store.get(try ArtifactName("a b/c"), of: run, to: "\(folder)/c", limit: 100)
            }
        }
        #expect(other.requests.map { $0.headers["authorization"] } == [nil])
        #expect(server.requests.map { $0.headers["authorization"] } == ["Basic YW5uYTpodW50ZXIy"])
        let path = "/api/2.0/mlflow-artifacts/artifacts/1/abc/artifacts/a%20b/c"
        #expect(other.requests.map(\.path) == [path] && server.requests.map(\.path) == ["/prefix" + path])
    }

    @Test(arguments: [
        ["MLFLOW_TRACKING_INSECURE_TLS": "true", "MLFLOW_TRACKING_SERVER_CERT_PATH": "/etc/hosts"],
        ["MLFLOW_TRACKING_INSECURE_TLS": "yes"], ["MLFLOW_TRACKING_SERVER_CERT_PATH": "/nowhere/ca.pem"],
        ["MLFLOW_TRACKING_TOKEN": "two\nlines"], ["MLFLOW_HTTP_REQUEST_TIMEOUT": "soon"],
        ["MLFLOW_HTTP_REQUEST_TIMEOUT": "0"], ["MLFLOW_HTTP_REQUEST_MAX_RETRIES": "-1"],
    ]) func aSetupThatCannotBeIsRefused(environment: [String: String]) {
        #expect(throws: TrackingSetupError.self) {
            _ = try MLflowServer(url: "http://127.0.0.1:1", environment: environment)
        }
    }

    @Test func variablesSetTimesAndCounts() throws {
        let settings = try ServerSettings(environment: [
            "MLFLOW_HTTP_REQUEST_TIMEOUT": "120", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
            "MLFLOW_TRACKING_INSECURE_TLS": "True",
        ])
        #expect(settings.requestTimeout == .seconds(120) && settings.retries.budget == .seconds(120))
        #expect(settings.retries.attempts == 3 && settings.connectTimeout == .seconds(5))
        let usual = try ServerSettings(environment: [:])
        #expect(usual.requestTimeout == .seconds(30) && usual.retries.budget == .seconds(30))
    }
}
