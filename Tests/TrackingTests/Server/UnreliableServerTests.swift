import Foundation
import Testing
import Tracking

/// Servers that are busy, away, slow or not what they seem.
@Suite struct UnreliableServerTests {
    @Test(arguments: [408, 429, 500, 502, 503, 504]) func asksAgainWhatMayPass(status: Int) throws {
        let server = try ScriptedServer { _, number in
            number == 0 ? .answer(status, "<html><body>Busy</body></html>", type: "text/html") : .answer(200, runAnswer)
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        let run = try #require(try store.run(id: "abc"))
        #expect(run.name == "a run" && run.startTime == 12 && run.endTime == nil && run.parameters == ["p": "1"])
        #expect(run.metrics["f1"]?.isNaN == true)
        #expect(server.requests.map(\.path) == Array(repeating: "/api/2.0/mlflow/runs/get?run_id=abc", count: 2))
    }

    @Test func waitsAsLongAsItIsAskedTo() throws {
        let server = try ScriptedServer { _, number in
            number == 0 ? .answer(429, "{}", ["Retry-After: 1"]) : .answer(200, runAnswer)
        }
        let start = ContinuousClock.now
        #expect(try MLflowServer(url: server.url, settings: try quick()).run(id: "abc") != nil)
        #expect(ContinuousClock.now - start >= .seconds(1))
    }

    @Test func doesNotWaitLongerThanItsBudget() throws {
        let server = try ScriptedServer { _, _ in .answer(503, "down", type: "text/plain", ["Retry-After: 3600"]) }
        let store = try MLflowServer(url: server.url, settings: try quick())
        let start = ContinuousClock.now
        #expect(failure { _ = try store.run(id: "abc") } == .unavailable("\(server.url): runs/get: 503 'down'"))
        #expect(server.requests.count == 1 && ContinuousClock.now - start < .seconds(2))
    }

    @Test func givesUpAfterSoManyAttempts() throws {
        let server = try ScriptedServer { _, _ in
            .answer(
                500, "<!doctype html>\n<html><head><title>\nInternal\u{7} Server Error</title></head><b>x</b></html>",
                type: "text/html")
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        #expect(
            failure { _ = try store.run(id: "abc") }
                == .unavailable("\(server.url): runs/get: 500 'Internal Server Error' (3 attempts)"))
        #expect(server.requests.count == 3)
        let once = try MLflowServer(
            url: server.url, environment: ["MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"])
        _ = failure { _ = try once.run(id: "abc") }
        #expect(server.requests.count == 4)
    }

    @Test func saysWhenNobodyListens() throws {
        let url = try ScriptedServer.deadURL()
        let store = try MLflowServer(url: url, settings: try quick())
        #expect(
            failure { _ = try store.run(id: "abc") }
                == .unavailable("\(url): runs/get: Connection refused (3 attempts)"))
        // A bundle of certificates that this machine has, or not: either way there is nobody to show them.
        let secure = try MLflowServer(url: url.replacing("http:", with: "https:"), settings: try quick())
        #expect(failure { _ = try secure.run(id: "abc") }?.description.contains("Connection refused") == true)
    }

    @Test func doesNotWaitForASlowAnswer() throws {
        let server = try ScriptedServer { _, _ in .silence(3) }
        let store = try MLflowServer(
            url: server.url,
            settings: try quick(["MLFLOW_HTTP_REQUEST_TIMEOUT": "60"]) {
                $0.requestTimeout = .milliseconds(200)
                $0.retries.attempts = 1
            })
        let start = ContinuousClock.now
        let text = failure { _ = try store.run(id: "abc") }?.description ?? ""
        #expect(text == "\(server.url): runs/get: no answer within 0.2 seconds")
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test func doesNotFollowARedirectToAnotherHost() throws {
        let other = try ScriptedServer { _, _ in .answer(200, runAnswer) }
        let server = try ScriptedServer { [url = other.url] _, _ in
            .answer(307, "", ["Location: \(url)/api/2.0/mlflow/runs/get?run_id=abc"])
        }
        let store = try MLflowServer(url: server.url, settings: try quick(["MLFLOW_TRACKING_TOKEN": "hunter2"]))
        guard case .refused(let text) = failure({ _ = try store.run(id: "abc") }) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(
            text.contains("redirect to '\(other.url)/api/2.0/mlflow/runs/get'") && text.contains("MLFLOW_TRACKING_URI"))
        #expect(other.requests.isEmpty && server.requests.count == 1)
    }

    @Test func saysWhatElseAnsweredInItsPlace() throws {
        let login = "<html><head><title>Sign in</title></head><body>...</body></html>"
        let server = try ScriptedServer { request, _ in
            request.path.contains("get-by-name")
                ? .answer(404, "<html><h1>Not Found</h1></html>", type: "text/html")
                : .answer(200, login, type: "text/html")
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        #expect(
            failure { _ = try store.run(id: "abc") }
                == .damaged("\(server.url): runs/get: expected MLflow's JSON, found 200 with text/html 'Sign in'"))
        guard case .damaged = failure({ try store.put("/etc/hosts", as: try ArtifactName("x"), of: runRecord()) })
        else {
            Issue.record("expected the upload to be refused")
            return
        }
        #expect(
            failure { _ = try store.runs(ofExperiment: "x", limit: 1) }
                == .refused(
                    "\(server.url): experiments/get-by-name: 404 'Not Found': is that an MLflow server, and its path complete?"
                ))
    }

    @Test func aLostAnswerIsLookedUpBeforeItIsDoneAgain() throws {
        let server = try ScriptedServer { request, number in
            switch request.path.split(separator: "/").last?.prefix(6) {
            case "get-by": .answer(200, #"{"experiment": {"experiment_id": "1", "lifecycle_stage": "active"}}"#)
            case "create": .silence(0)
            case "search":
                .answer(
                    200,
                    number < 3 ? "{}" : runAnswer.replacing("{\"run\": {", with: "{\"runs\": [{").dropLast(2) + "}]}")
            default: .answer(404, "{}")
            }
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        #expect(try store.run(startedBy: runStart()).id == "abc")
        let asked = server.requests.map { $0.path.split(separator: "/").last?.prefix(6) }
        #expect(asked == ["get-by", "search", "create", "search"])
    }

    @Test func waitsUntilAVersionIsReady() throws {
        let server = try ScriptedServer { request, number in
            let status = number < 4 ? "PENDING_REGISTRATION" : "READY"
            let version = """
                {"name": "m", "version": "4", "current_stage": "None", "run_id": "abc", "source": "runs:/abc/model",
                 "status": "\(status)", "creation_timestamp": 5}
                """
            if request.path.contains("registered-models/get") {
                return .answer(200, #"{"registered_model": {"name": "m"}}"#)
            }
            if request.path.contains("create") { return .answer(200, #"{"model_version": \#(version)}"#) }
            return .answer(200, number < 2 ? "{}" : #"{"model_versions": [\#(version)]}"#)
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        let version = try store.register(
            .root.appending(try ArtifactName("model")), of: runRecord(), as: "m", tags: [:])
        #expect(version.number == 4 && version.created == 5 && version.reference == "m/4")
        #expect(server.requests.filter { $0.path.contains("create") }.count == 1)
    }
}
