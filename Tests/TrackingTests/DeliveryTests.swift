import DurableFiles
import Experiments
import Foundation
import Testing
import Tracking

@Suite("Delivery")
struct DeliveryTests {
    private let outbox = Outbox(path: NSTemporaryDirectory() + "outbox-\(UUID().uuidString)")

    /// A journal with all that a training records.
    private func journal(ends: Bool = true) throws -> RunJournal {
        let journal = try RunJournal(
            experiment: "e", name: "n", program: "train-x", destination: .server(url: "http://127.0.0.1:1"), in: outbox)
        try journal.append(.parameters(["seed": "1"]))
        for step in 1...3 {
            try journal.append(
                .metrics([Metric(key: "loss", value: 1 / Double(step), time: Int64(step), step: Int64(step))]))
        }
        try journal.append(.metrics([Metric(key: "val_ap", value: 0.9, time: 9)]))
        try journal.add(text: "description", as: "model/model.json")
        try journal.add(text: "numbers", as: "model/weights.safetensors")
        try journal.append(
            .register(Registration(model: "turbofan", bundle: "x-1", sha256: "0", promotion: "val_ap > current")))
        if ends { try journal.end(.finished) }
        return journal
    }

    @Test("all of a run arrives, and its journal is gone")
    func whole() throws {
        defer { removeTree(outbox.path) }
        let store = FakeStore()
        let path = try journal().path
        let receipt = try #require(try Delivery(ModelRegistry(store, user: "u")).deliver(path))
        #expect(receipt.end?.status == .finished)
        #expect(store.runs.values.first?.status == "FINISHED")
        #expect(store.files.count == 2)
        #expect(store.registered["turbofan"]?.version(in: .production)?.number == 1)
        #expect(store.registered["turbofan"]?.aliases == ["prod": 1])
        #expect(try outbox.waiting().isEmpty)
    }

    @Test(
        "wherever the server goes away, before a call or after it, the same arrives in the end",
        arguments: [false, true])
    func chaos(afterwards: Bool) throws {
        defer { removeTree(outbox.path) }
        let calm = FakeStore()
        let first = try journal()
        _ = try Delivery(ModelRegistry(calm, user: "u", now: { 1 })).deliver(first.path)
        #expect(calm.callCount > 8)
        for call in 0..<calm.callCount {
            let journal = try journal()
            let store = FakeStore()
            store.callsUntilFailure = call
            store.failsAfterwards = afterwards
            let delivery = Delivery(ModelRegistry(store, user: "u", now: { 1 }))
            #expect(throws: TrackingError.self) { try delivery.deliver(journal.path) }
            #expect(try outbox.waiting() == [journal.path], "call \(call) lost the journal")
            _ = try delivery.deliver(journal.path)
            #expect(
                store.contents.replacing(journal.id, with: "ID") == calm.contents.replacing(first.id, with: "ID"),
                "call \(call)")
            #expect(try outbox.waiting().isEmpty)
        }
    }

    @Test("a run that goes on is delivered as far as it is, and again when there is more")
    func meanwhile() throws {
        defer { removeTree(outbox.path) }
        let store = FakeStore()
        let delivery = Delivery(ModelRegistry(store, user: "u"))
        let journal = try journal(ends: false)
        #expect(try delivery.deliver(journal.path)?.end == nil)
        #expect(store.runs[journal.id]?.status == "RUNNING")
        let calls = store.callCount
        _ = try delivery.deliver(journal.path)
        #expect(store.callCount == calls + 1, "only the run is looked up again")
        try journal.end(.failed)
        #expect(try delivery.deliver(journal.path)?.end?.status == .failed)
        #expect(store.runs[journal.id]?.status == "FAILED")
        #expect(try delivery.deliver(journal.path) == nil)
    }

    @Test("a program that was killed leaves a run that says so")
    func killed() throws {
        defer { removeTree(outbox.path) }
        let store = FakeStore()
        var journal: RunJournal? = try journal(ends: false)
        let path = try #require(journal?.path)
        journal = nil
        _ = try Delivery(ModelRegistry(store, user: "u")).deliver(path)
        #expect(store.runs.values.first?.status == "KILLED")
    }

    @Test("a file that changed while it waited is refused, and waits on")
    func damage() throws {
        defer { removeTree(outbox.path) }
        let journal = try journal()
        try AtomicFile.write(Array("other".utf8), to: "\(journal.path)/artifacts/model/model.json")
        #expect(throws: TrackingError.self) {
            try Delivery(ModelRegistry(FakeStore(), user: "u")).deliver(journal.path)
        }
        #expect(try outbox.waiting() == [journal.path])
    }

    @Test("findings are added to a run by its ID or its model version, and do not end it")
    func additions() throws {
        defer { removeTree(outbox.path) }
        let store = FakeStore()
        let delivery = Delivery(ModelRegistry(store, user: "u"))
        let training = try journal(ends: false)
        try training.append(.tags([TrackingTag.bundle: "x-1"]))
        _ = try delivery.deliver(training.path)
        for name in [training.id, "x-1"] {
            let findings = try RunJournal(
                adding: name, program: "evaluate", experiment: "e", destination: .server(url: "http://127.0.0.1:1"),
                in: outbox)
            try findings.append(.metrics([Metric(key: "test_\(name)", value: 1, time: 1)]))
            try findings.end(.finished)
            _ = try delivery.deliver(findings.path)
            #expect(store.runs[training.id]?.metrics["test_\(name)"] == 1)
        }
        #expect(store.runs.count == 1)
        #expect(store.runs[training.id]?.status == "RUNNING")
        let lost = try RunJournal(
            adding: "x-2", program: "evaluate", experiment: "e", destination: .server(url: "http://127.0.0.1:1"),
            in: outbox)
        #expect(throws: TrackingError.self) { try delivery.deliver(lost.path) }
    }
}

@Suite("The registry")
struct ModelRegistryTests {
    private let store = FakeStore()
    private var registry: ModelRegistry { ModelRegistry(store, user: "u", now: { 5 }) }

    private func version(_ number: Int) throws -> ModelVersion {
        try store.register(.model, of: store.run(startedBy: start(number)), as: "m", tags: [:])
    }

    @Test("promotion archives what was there, and the alias moves along")
    func promotion() throws {
        try registry.move(version(1), to: .production, action: "promote", why: "first")
        let move = try registry.move(version(2), to: .production, action: "promote", why: "better")
        #expect(move.replaced?.number == 1)
        let model = try registry.registered("m")
        #expect(model.versions.map(\.stage) == [.archived, .production])
        #expect(model.aliases == ["prod": 2])
        #expect(model.version(named: "prod")?.number == 2 && model.version(named: "Production")?.number == 2)
        let entry = try #require(ModelHistory(of: model).entries.last)
        #expect(entry.user == "u" && entry.why == "better" && entry.from == "None" && entry.replaced == 1)
    }

    @Test("from staging to production no alias stays behind, and archiving takes both")
    func aliases() throws {
        try registry.move(version(1), to: .staging, action: "promote", why: "")
        #expect(try registry.registered("m").aliases == ["staging": 1])
        try registry.move(version(1), to: .production, action: "promote", why: "")
        #expect(try registry.registered("m").aliases == ["prod": 1])
        try registry.move(version(1), to: .archived, action: "archive", why: "")
        #expect(try registry.registered("m").aliases == [:])
        #expect(throws: TrackingError.self) { try registry.setAlias("prod", of: "m", to: 1, why: "") }
        try registry.setAlias("champion", of: "m", to: 1, why: "")
        #expect(try registry.registered("m").version(named: "champion")?.number == 1)
    }

    @Test("rolling back puts the one before in Production, and rolling back again the one that was rolled back")
    func rollback() throws {
        for number in 1...3 { try registry.move(version(number), to: .production, action: "promote", why: "") }
        #expect(try registry.rollBack("m", why: "alarms").version.number == 2)
        #expect(try registry.registered("m").versions.map(\.stage) == [.archived, .production, .archived])
        #expect(try registry.rollBack("m", why: "after all").version.number == 3)
        #expect(throws: TrackingError.self) { try registry.rollBack("other", why: "") }
    }

    @Test("without a version before, there is none to go back to")
    func noRollback() throws {
        try registry.move(version(1), to: .production, action: "promote", why: "")
        #expect(throws: TrackingError.self) { try registry.rollBack("m", why: "") }
    }
}
