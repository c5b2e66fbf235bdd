import DurableFiles
import Experiments
import Foundation
import GRDB
import Testing
import Tracking

/// A store in a folder of its own, which goes with it.
final class TemporaryStore {
    let folder = NSTemporaryDirectory() + "store-\(UUID().uuidString)"
    var database: String { "\(folder)/mlflow.db" }

    func open() throws -> LocalStore { try LocalStore(database: database) }

    deinit { removeTree(folder) }
}

/// The start of a run.
func start(_ number: Int = 1, experiment: String = "e", time: Int64 = 1000) -> RunStart {
    let digits = String(number, radix: 16)
    let id = String(repeating: "0", count: 32 - digits.count) + digits
    return RunStart(id: id, experiment: experiment, name: "run \(number)", user: "u", source: "train-x", time: time)
}

@Suite("The local store")
struct LocalStoreTests {
    private let place = TemporaryStore()

    @Test("a run is made once, in an experiment that is made once")
    func runs() throws {
        let store = try place.open()
        let run = try store.run(startedBy: start())
        #expect(try store.run(startedBy: start()) == run)
        #expect(run.artifactURI.hasPrefix("file:///"))
        #expect(run.artifactURI.hasSuffix("/mlartifacts/1/\(run.id)/artifacts"))
        #expect(run.tags["mlflow.runName"] == "run 1")
        let later = try store.run(startedBy: start(2, time: 2000))
        #expect(later.experiment == run.experiment)
        #expect(try store.runs(ofExperiment: "e", limit: 10).map(\.id) == [later.id, run.id])
        #expect(try store.runs(ofExperiment: "other", limit: 10).isEmpty)
        try store.end(run, RunEnd(status: .finished, time: 5000))
        #expect(try store.run(id: run.id)?.status == "FINISHED")
        #expect(try store.run(id: run.id)?.endTime == 5000)
        #expect(try store.run(id: "nothing") == nil)
    }

    @Test("the latest metric is that of the highest step, in whatever order they come, and as often")
    func metrics() throws {
        let store = try place.open()
        let run = try store.run(startedBy: start())
        let metrics = [
            Metric(key: "a", value: 3, time: 30, step: 3), Metric(key: "a", value: 1, time: 10, step: 1),
            Metric(key: "b", value: .nan, time: 1), Metric(key: "c", value: -.infinity, time: 1),
        ]
        for _ in 0..<2 { try store.log(metrics: metrics, parameters: ["p": "1"], tags: ["t": "x"], to: run) }
        let found = try #require(try store.run(id: run.id))
        #expect(found.metrics["a"] == 3)
        #expect(found.metrics["b"]?.isNaN == true)
        #expect(found.metrics["c"] == -Double.greatestFiniteMagnitude)
        #expect(found.parameters == ["p": "1"])
        let rows = try DatabaseQueue(path: place.database).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM metrics")
        }
        #expect(rows == 4)
        #expect(throws: TrackingError.self) { try store.log(metrics: [], parameters: ["p": "2"], tags: [:], to: run) }
    }

    @Test("versions count from 1, and a model registered twice is one version")
    func versions() throws {
        let store = try place.open()
        let run = try store.run(startedBy: start())
        let first = try store.register(.model, of: run, as: "turbofan", tags: ["k": "v"])
        #expect(first.number == 1 && first.stage == .none && first.tags == ["k": "v"])
        #expect(try store.register(.model, of: run, as: "turbofan", tags: [:]) == first)
        #expect(try store.register(.model, of: store.run(startedBy: start(2)), as: "turbofan", tags: [:]).number == 2)
        #expect(try store.models().map(\.name) == ["turbofan"])
        #expect(try store.model(named: "other") == nil)
    }

    @Test("a change is carried out whole or not at all")
    func atomicity() throws {
        let store = try place.open()
        let run = try store.run(startedBy: start())
        let version = try store.register(.model, of: run, as: "m", tags: [:])
        let broken = RegistryChange(
            model: "m", steps: [.stage(version: 1, .production), .alias("prod", version: 1), .alias("x", version: 99)])
        #expect(throws: TrackingError.self) { try store.apply(broken) }
        #expect(try store.model(named: "m")?.version(1) == version)
        #expect(try store.model(named: "m")?.aliases == [:])
        let stale = RegistryChange(model: "m", expecting: [1: .staging], steps: [.stage(version: 1, .production)])
        #expect(throws: TrackingError.self) { try store.apply(stale) }
        #expect(try store.model(named: "m")?.version(1)?.stage == Stage.none)
    }

    @Test("a history can be added to and nothing else, also by other programs")
    func history() throws {
        let store = try place.open()
        _ = try store.register(.model, of: store.run(startedBy: start()), as: "m", tags: [:])
        let key = "\(TrackingTag.history)1-a"
        try store.apply(RegistryChange(model: "m", steps: [.tag(key, "first"), .tag("other", "1")]))
        #expect(throws: TrackingError.self) {
            try store.apply(RegistryChange(model: "m", steps: [.tag(key, "second")]))
        }
        try store.apply(RegistryChange(model: "m", steps: [.tag("other", "2")]))
        let queue = try DatabaseQueue(path: place.database)
        for sql in ["DELETE FROM registered_model_tags", "UPDATE registered_model_tags SET value = 'x'"] {
            #expect(throws: DatabaseError.self, "\(sql)") { try queue.write { try $0.execute(sql: sql) } }
        }
        #expect(try store.model(named: "m")?.tags == [key: "first", "other": "2"])
    }

    @Test("artifacts come back as they were, and none leads out of the run's folder")
    func artifacts() throws {
        let store = try place.open()
        let run = try store.run(startedBy: start())
        let file = "\(place.folder)/source"
        try AtomicFile.write(Array("bytes".utf8), to: file)
        let name = try ArtifactName("model/a b/ü%20.json")
        try store.put(file, as: name, of: run)
        try store.put(file, as: name, of: run)
        #expect(try store.artifacts(in: .model, of: run) == [ArtifactEntry(name: name, bytes: 5)])
        try store.get(name, of: run, to: "\(place.folder)/copy", limit: 5)
        #expect(try readFile("\(place.folder)/copy") == Array("bytes".utf8))
        #expect(throws: TrackingError.self) { try store.get(name, of: run, to: "\(place.folder)/long", limit: 4) }
        #expect(kindOfFile("\(place.folder)/long") == nil)
    }

    @Test(
        "names that lead elsewhere are none",
        arguments: ["..", "a/../b", "/etc/passwd", "a//b", "", "a/", ".", "a\\b", "a\u{0}b", "a/./b", "a\nb"])
    func traversal(text: String) {
        #expect(throws: TrackingError.self) { try ArtifactName(text) }
    }

    @Test("many writers at once lose nothing")
    func concurrency() async throws {
        _ = try place.open()
        let database = place.database
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...6 {
                group.addTask {
                    let store = try LocalStore(database: database)
                    let run = try store.run(startedBy: start(writer))
                    for step in 0..<20 {
                        try store.log(
                            metrics: [Metric(key: "loss", value: Double(step), time: Int64(step), step: Int64(step))],
                            parameters: [:], tags: [:], to: run)
                    }
                    _ = try store.register(.model, of: run, as: "m", tags: [:])
                }
            }
            try await group.waitForAll()
        }
        let store = try place.open()
        #expect(try store.model(named: "m")?.versions.map(\.number) == Array(1...6))
        #expect(try store.runs(ofExperiment: "e", limit: 100).allSatisfy { $0.metrics["loss"] == 19 })
    }

    @Test("what is no store of MLflow's is left alone")
    func foreign() throws {
        try createFolder(place.folder)
        try AtomicFile.write(Array("no database, but long enough to be looked at as one".utf8), to: place.database)
        #expect(throws: TrackingError.self) { try place.open() }
        removeTree(place.database)
        try DatabaseQueue(path: place.database).write { try $0.execute(sql: "CREATE TABLE pumps (id INTEGER)") }
        let error = #expect(throws: TrackingError.self) { try place.open() }
        #expect(error?.description.contains("alembic_version") == true)
        #expect(throws: TrackingError.self) { try LocalStore(database: "\(place.folder)/none.db", creates: false) }
        #expect(kindOfFile("\(place.folder)/none.db") == nil)
    }
}
