import Foundation
import Testing
import Tracking
import Experiments

/// What is sent: within MLflow's limits, and in its words.
@Suite struct ServerRequestTests {
    private struct Batch: Decodable {
        struct Pair: Decodable {
            var key: String
            var value: String
        }
        struct Value: Decodable {
            var key: String
            var step: Int
        }
        var run_id: String
        var metrics: [Value]
        var params: [Pair]
        var tags: [Pair]
    }

    private func logged(
        metrics: [Metric] = [], parameters: [String: String] = [:], tags: [String: String] = [:]
    ) throws -> (batches: [Batch], bodies: [String]) {
        let server = try ScriptedServer { _, _ in .answer(200, "{}") }
        let store = try MLflowServer(url: server.url, settings: try quick())
        try store.log(metrics: metrics, parameters: parameters, tags: tags, to: runRecord())
        #expect(server.requests.allSatisfy { $0.method == "POST" && $0.path == "/api/2.0/mlflow/runs/log-batch" })
        let bodies = server.requests.map(\.body)
        return (try bodies.map { try JSONDecoder().decode(Batch.self, from: Data($0.utf8)) }, bodies)
    }

    @Test func aBatchHoldsWhatTheServerTakes() throws {
        let metrics = (0..<2_500).map { Metric(key: "loss", value: Double($0), time: 1, step: Int64($0)) }
        let pairs = [String: String](uniqueKeysWithValues: (0..<250).map { ("key\($0)", "\($0)") })
        let batches = try logged(metrics: metrics, parameters: pairs, tags: pairs).batches
        #expect(batches.map(\.metrics.count) == [800, 800, 900])
        #expect(batches.map(\.params.count) == [100, 100, 50] && batches.map(\.tags.count) == [100, 100, 50])
        #expect(batches.flatMap(\.metrics).map(\.step) == Array(0..<2_500))
        #expect(Set(batches.flatMap(\.params).map(\.key)).count == 250 && batches.allSatisfy { $0.run_id == "abc" })
        #expect(try logged().batches.isEmpty)
    }

    @Test func aBatchStaysBelowAMillionBytes() throws {
        let value = String(repeating: "\u{1}", count: 6_000)
        let pairs = [String: String](uniqueKeysWithValues: (0..<100).map { ("key\($0)", value) })
        let (batches, bodies) = try logged(parameters: pairs)
        #expect(bodies.allSatisfy { $0.utf8.count < 1_000_000 } && bodies.count == 8)
        #expect(Set(batches.flatMap(\.params).map(\.key)).count == 100)
    }

    @Test func numbersThatJSONLacksAreTexts() throws {
        let values: [Double] = [.nan, .infinity, -.infinity, 0.25]
        let body = try logged(
            metrics: values.map { Metric(key: "a/b", value: $0, time: 1_700_000_000_123, step: 2) }
        ).bodies[0]
        for text in [#""value":"NaN""#, #""value":"Infinity""#, #""value":"-Infinity""#, #""value":0.25"#] {
            #expect(body.contains(text))
        }
        #expect(body.contains(#""timestamp":1700000000123"#) && body.contains(#""key":"a/b""#))
    }

    @Test func whatMLflowWouldCutEndsInAnEllipsis() throws {
        let long = String(repeating: "é👩‍🚀", count: 4_000)
        let batch = try logged(parameters: ["p": long], tags: ["t": long, "short": "x"]).batches[0]
        #expect(batch.params[0].value.unicodeScalars.count <= 6_000 && batch.params[0].value.hasSuffix("…"))
        let tags = [String: String](uniqueKeysWithValues: batch.tags.map { ($0.key, $0.value) })
        #expect(tags["t"].map { $0.unicodeScalars.count <= 5_000 && $0.hasSuffix("…") } == true && tags["short"] == "x")
    }

    @Test func namesAreEncoded() throws {
        let server = try ScriptedServer { request, _ in
            request.path.contains("registered-models/get")
                ? .answer(200, #"{"registered_model": {"name": "it's 100% a&b"}}"#) : .answer(200, "{}")
        }
        let store = try MLflowServer(url: "\(server.url)/below", settings: try quick())
        #expect(try store.model(named: "it's 100% a&b")?.versions == [])
        #expect(
            server.requests.map(\.path) == [
                "/below/api/2.0/mlflow/registered-models/get?name=it%27s%20100%25%20a%26b",
                "/below/api/2.0/mlflow/model-versions/search?filter=name%3D%22it%27s%20100%25%20a%26b%22&max_results=1000",
            ])
        #expect(failure { _ = try store.model(named: "'\"") } != nil)
        let artifacts = ["100%41", "a#b", "%2e%2e"].compactMap { name in
            failure { try store.put("/etc/hosts", as: try ArtifactName(name), of: runRecord()) }
        }
        #expect(artifacts.count == 3 && server.requests.count == 2)
    }

    @Test func aDeletedExperimentIsExplained() throws {
        let server = try ScriptedServer { _, _ in
            .answer(200, #"{"experiment": {"experiment_id": "7", "lifecycle_stage": "deleted"}}"#)
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        guard case .refused(let text) = failure({ _ = try store.run(startedBy: runStart("gone")) }) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(text.contains("'gone' is deleted") && text.contains("--experiment-id 7"))
        #expect(try store.runs(ofExperiment: "gone", limit: 5).isEmpty)
    }

    @Test func aListWithoutAnEndIsRefusedWhereItRepeats() throws {
        let server = try ScriptedServer { _, number in
            .answer(200, #"{"files": [{"path": "f\#(number)"}], "next_page_token": "again"}"#)
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        #expect(try store.artifacts(in: .root, of: runRecord()).map(\.name.description) == ["f0", "f1"])
    }
}
