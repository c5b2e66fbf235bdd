import DurableFiles
import Experiments
import Foundation
import Testing
import Tracking

#if canImport(Glibc)
    import Glibc
#endif

private let serverURL = ProcessInfo.processInfo.environment["BORESCOPE_MLFLOW_URL"]

/// Against MLflow as PyPI has it, started by `Tests/Services/with-mlflow-server`. Other suites may kill that server meanwhile.
@Suite(.serialized, .enabled(if: serverURL != nil, "needs Tests/Services/with-mlflow-server"))
struct RealServerTests {
    private let store: MLflowServer
    private let experiment = "tests-\(UUID().uuidString)"

    init() throws {
        store = try MLflowServer(url: try #require(serverURL), settings: try Self.patient())
    }

    /// Waits until a server that was killed is there again.
    private static func patient() throws -> ServerSettings {
        var settings = try ServerSettings(environment: [:])
        settings.retries.budget = .seconds(150)
        settings.retries.attempts = 1_000
        settings.retries.longestDelay = .seconds(1)
        return settings
    }

    @Test func aRunIsMadeOnce() throws {
        let start = runStart(experiment)
        let run = try store.run(startedBy: start)
        #expect(try store.run(startedBy: start).id == run.id)
        #expect(run.name == "a run" && run.startTime == start.time && run.status == "RUNNING" && run.endTime == nil)
        #expect(run.artifactURI.hasPrefix("mlflow-artifacts:/"))
        let kept = try #require(try store.run(id: run.id))
        #expect(kept.tags["mlflow.user"] == "somebody" && kept.tags["mlflow.source.name"] == "train-iforest")
        #expect(kept.tags["mlflow.source.type"] == "LOCAL" && kept.tags["mlflow.runName"] == "a run")
        #expect(kept.tags[TrackingTag.journal] == start.id)
        try store.end(run, RunEnd(status: .finished, time: start.time + 1_500))
        let ended = try #require(try store.run(id: run.id))
        #expect(ended.status == "FINISHED" && ended.endTime == start.time + 1_500)
        var later = runStart(experiment)
        later.time += 60_000
        let second = try store.run(startedBy: later)
        #expect(try store.runs(ofExperiment: experiment, limit: 10).map(\.id) == [second.id, run.id])
        #expect(try store.runs(ofExperiment: experiment, limit: 1).map(\.id) == [second.id])
        #expect(try store.runs(ofExperiment: "no \(experiment)", limit: 1).isEmpty)
        #expect(try store.run(id: String(repeating: "0", count: 32)) == nil)
    }

    @Test func whatIsLoggedIsKept() throws {
        let run = try store.run(startedBy: runStart(experiment))
        var metrics = (0..<2_500).map {
            Metric(key: "train/loss", value: 1 / Double($0 + 1), time: 1_000, step: Int64($0))
        }
        metrics += [
            Metric(key: "a.nan", value: .nan, time: 5), Metric(key: "an infinity", value: .infinity, time: 5),
            Metric(key: "minus-infinity", value: -.infinity, time: 5),
            Metric(key: "tiny", value: .leastNonzeroMagnitude, time: 5),
        ]
        let parameters = ["learning_rate": "0.001", "long": String(repeating: "ä", count: 7_000), "empty": ""]
        // Twice, as whoever was interrupted does it.
        for _ in 0..<2 {
            try store.log(metrics: metrics, parameters: parameters, tags: ["model_type": "iforest"], to: run)
        }
        let kept = try #require(try store.run(id: run.id))
        #expect(kept.metrics["train/loss"] == 1.0 / 2_500)
        #expect(kept.metrics["a.nan"]?.isNaN == true && kept.metrics["tiny"] == .leastNonzeroMagnitude)
        #expect((kept.metrics["an infinity"] ?? 0) >= .greatestFiniteMagnitude)
        #expect((kept.metrics["minus-infinity"] ?? 0) <= -.greatestFiniteMagnitude)
        #expect(kept.parameters["learning_rate"] == "0.001" && kept.tags["model_type"] == "iforest")
        #expect(kept.parameters["empty"] == "")
        #expect(kept.parameters["long"] == String(repeating: "ä", count: 5_999) + "…")
        #expect(failure { try store.log(metrics: [], parameters: ["learning_rate": "1"], tags: [:], to: run) } != nil)
    }

    @Test func artifactsComeBackAsTheyWent() throws {
        let run = try store.run(startedBy: runStart(experiment))
        try inFolder { folder in
            var generator = SystemRandomNumberGenerator()
            let names = [
                "model/weights.safetensors", "model/model.json", "figures/loss curve.svg", "figures/Verlust–ä 50%.svg",
                "empty", "a/b/c/d+e&f=g?h.txt", "report.html", "100% of it", "model/100%zz;'\"",
            ]
            var sent: [String: Data] = [:]
            for (index, name) in names.enumerated() {
                let count = index == 0 ? 3_000_001 : index * 100
                let words = (0..<(count + 7) / 8).map { _ in generator.next() }
                let bytes = name == "empty" ? Data() : words.withUnsafeBytes { Data($0.prefix(count)) }
                sent[name] = name == "report.html" ? Data("<!doctype html><html></html>".utf8) : bytes
                try sent[name]?.write(to: URL(fileURLWithPath: "\(folder)/source"))
                for _ in 0..<2 { try store.put("\(folder)/source", as: try ArtifactName(name), of: run) }
            }
            let listed = try store.artifacts(in: .root, of: run)
            #expect(listed.map(\.name.description) == names.sorted())
            // MLflow tells no length of an empty file.
            #expect(listed.allSatisfy { $0.bytes ?? 0 == sent[$0.name.description]?.count })
            #expect(
                try store.artifacts(in: try ArtifactName("model"), of: run).map(\.name.description)
                    == names.filter { $0.hasPrefix("model/") }.sorted())
            #expect(try store.artifacts(in: try ArtifactName("nothing"), of: run).isEmpty)
            for name in names {
                try store.get(try ArtifactName(name), of: run, to: "\(folder)/copy", limit: 3_000_001)
                #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/copy")) == sent[name], "\(name)")
            }
            let weights = try ArtifactName("model/weights.safetensors")
            guard case .damaged = failure({ try store.get(weights, of: run, to: "\(folder)/no", limit: 3_000_000) }),
                case .missing = failure({
                    try store.get(try ArtifactName("model/none"), of: run, to: "\(folder)/no", limit: 9)
                })
            else {
                Issue.record("expected refusals")
                return
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["copy", "source"])
        }
    }

    @Test func aModelIsRegisteredAndMoved() throws {
        let name = "it's \(experiment)"
        let first = try store.run(startedBy: runStart(experiment))
        let second = try store.run(startedBy: runStart(experiment))
        #expect(try store.model(named: name) == nil)
        let model = try ArtifactName("model")
        let tags = [TrackingTag.bundle: "iforest-0123", TrackingTag.digest: "abc"]
        let version = try store.register(model, of: first, as: name, tags: tags)
        #expect(try store.register(model, of: first, as: name, tags: tags) == version)
        #expect(version.number == 1 && version.stage == .none && version.run == first.id && version.created > 0)
        #expect(
            version.source == "runs:/\(first.id)/model" && version.bundle == "iforest-0123" && version.digest == "abc")
        #expect(try store.register(model, of: second, as: name, tags: [:]).number == 2)
        for _ in 0..<2 {
            try store.apply(
                RegistryChange(
                    model: name, expecting: [1: .none, 2: .none],
                    steps: [
                        .stage(version: 1, .archived), .stage(version: 2, .production), .alias("prod", version: 2),
                        .alias("old", version: 1), .alias("missing", version: nil),
                        .tag("\(TrackingTag.history)1", "2026-11-22 somebody: why %41 ä"),
                    ]))
        }
        let moved = try #require(try store.model(named: name))
        #expect(moved.versions.map(\.stage) == [.archived, .production] && moved.aliases == ["prod": 2, "old": 1])
        #expect(moved.tags == ["\(TrackingTag.history)1": "2026-11-22 somebody: why %41 ä"])
        try store.apply(RegistryChange(model: name, steps: [.alias("old", version: nil)]))
        let all = try store.models()
        #expect(all.first { $0.name == name } == (try store.model(named: name)))
        #expect(all.first { $0.name == name }?.aliases == ["prod": 2])
        guard
            case .refused = failure({
                try store.apply(
                    RegistryChange(model: name, expecting: [2: .staging], steps: [.stage(version: 2, .archived)]))
            })
        else {
            Issue.record("expected a refusal")
            return
        }
        #expect(failure { try store.apply(RegistryChange(model: name, steps: [.stage(version: 9, .staging)])) } != nil)
    }

    @Test func mlflowsOwnClientReadsIt() throws {
        let run = try store.run(startedBy: runStart(experiment))
        let metrics = (0..<1_200).map { Metric(key: "val/loss", value: Double($0) / 7, time: 1_000, step: Int64($0)) }
        try store.log(metrics: metrics, parameters: ["p": "ä"], tags: ["subset": "FD001"], to: run)
        let output = try inFolder { folder in
            try Data("flavors: {borescope: {bundle: .}}".utf8).write(to: URL(fileURLWithPath: "\(folder)/file"))
            try store.put("\(folder)/file", as: try ArtifactName("model/MLmodel"), of: run)
            let version = try store.register(try ArtifactName("model"), of: run, as: experiment, tags: [:])
            let steps: [RegistryChange.Step] = [
                .stage(version: version.number, .production), .alias("prod", version: 1),
            ]
            try store.apply(RegistryChange(model: experiment, steps: steps))
            try store.end(run, RunEnd(status: .finished, time: 2_000_000_000_000))
            return try python(
                """
                import sys, mlflow
                url, experiment, folder = sys.argv[1:]
                mlflow.set_tracking_uri(url)
                client = mlflow.MlflowClient()
                run, = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
                history = client.get_metric_history(run.info.run_id, "val/loss")
                print(run.info.status, run.info.run_name, run.data.params, run.data.tags["subset"], len(history))
                print(all(m.value == m.step / 7 for m in history), [f.path for f in client.list_artifacts(run.info.run_id)])
                version = client.get_model_version_by_alias(experiment, "prod")
                print(version.version, version.current_stage, version.run_id == run.info.run_id)
                path = mlflow.artifacts.download_artifacts(f"models:/{experiment}@prod", dst_path=folder)
                print(open(path + "/MLmodel").read())
                """, store.name, experiment, folder)
        }
        #expect(
            output == """
                FINISHED a run {'p': 'ä'} FD001 1200
                True ['model']
                1 Production True
                flavors: {borescope: {bundle: .}}

                """)
    }

    /// What a program in Python prints that has MLflow's client.
    private func python(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        let path = try #require(ProcessInfo.processInfo.environment["BORESCOPE_MLFLOW_PYTHON"])
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func aCallOutlastsAServerThatIsAway() throws {
        let relay = try Relay(to: store.name)
        let store = try MLflowServer(url: relay.url, settings: try Self.patient())
        let hasty = try MLflowServer(url: relay.url, settings: try quick())
        let start = runStart(experiment)
        let run = try store.run(startedBy: start)
        relay.cut()
        guard case .unavailable = failure({ _ = try hasty.run(id: run.id) }) else {
            Issue.record("expected no server")
            return
        }
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 1.5)
            do { try relay.mend() } catch { Issue.record("\(error)") }
        }
        try store.log(metrics: [Metric(key: "f1", value: 0.75, time: 2)], parameters: [:], tags: [:], to: run)
        #expect(try store.run(id: run.id)?.metrics == ["f1": 0.75])
    }

    @Test func whatALostAnswerLeftInDoubtIsDoneOnce() throws {
        let relay = try Relay(to: store.name)
        let through = try MLflowServer(url: relay.url, settings: try Self.patient())
        let start = runStart(experiment)
        for endpoint in [
            "experiments/create", "runs/create", "runs/log-batch", "mlflow-artifacts/artifacts",
            "registered-models/create", "model-versions/create", "model-versions/transition-stage",
            "registered-models/alias", "registered-models/set-tag", "runs/update",
        ] { relay.loseAnswer(to: endpoint) }
        let run = try through.run(startedBy: start)
        try through.log(
            metrics: [Metric(key: "f1", value: 0.5, time: 1)], parameters: ["p": "1"], tags: [:], to: run)
        try through.put(#filePath, as: try ArtifactName("model/file"), of: run)
        let version = try through.register(try ArtifactName("model"), of: run, as: experiment, tags: [:])
        try through.apply(
            RegistryChange(
                model: experiment, expecting: [1: .none],
                steps: [.stage(version: 1, .production), .alias("prod", version: 1), .tag("why", "because")]))
        try through.end(run, RunEnd(status: .finished, time: start.time + 1))
        #expect(relay.hasLostAll)
        let runs = try store.runs(ofExperiment: experiment, limit: 10)
        #expect(runs.map(\.id) == [run.id] && runs.first?.metrics == ["f1": 0.5] && runs.first?.status == "FINISHED")
        let model = try #require(try store.model(named: experiment))
        #expect(model.versions.map(\.number) == [1] && model.versions.first?.stage == .production)
        #expect(version.number == 1 && model.aliases == ["prod": 1] && model.tags == ["why": "because"])
    }
}
