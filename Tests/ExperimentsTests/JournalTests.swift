import DurableFiles
import Experiments
import Foundation
import Testing

@Suite("The journal of a run")
struct JournalTests {
    private let outbox: Outbox
    private let destination = TrackingDestination.local(database: "/nowhere/mlflow.db")

    init() {
        outbox = Outbox(path: NSTemporaryDirectory() + "outbox-\(UUID().uuidString)")
    }

    private func journal() throws -> RunJournal {
        try RunJournal(experiment: "e", name: "n", program: "p", destination: destination, in: outbox)
    }

    @Test("what was written is read, whatever the numbers")
    func roundTrip() throws {
        defer { removeTree(outbox.path) }
        let journal = try journal()
        let events: [RunEvent] = [
            .parameters(["a": "1", "ü": "„x“\n"]),
            .metrics([
                Metric(key: "loss", value: 0.1, time: 7, step: 3),
                Metric(key: "loss", value: .infinity, time: 8, step: 4),
            ]),
            .tags(["t": ""]),
            .register(Registration(model: "m", bundle: "b", sha256: "c", promotion: "val_ap > current")),
        ]
        for event in events { try journal.append(event) }
        try journal.add(text: "hello", as: "model/deep/file.txt")
        try journal.end(.finished)
        let waiting = try #require(try WaitingRun(path: journal.path))
        #expect(waiting.start.id == journal.id)
        #expect(waiting.destination == "sqlite:////nowhere/mlflow.db")
        #expect(Array(waiting.events.prefix(4)) == events)
        guard case .artifact(let artifact) = waiting.events[4] else {
            Issue.record("expected an artifact")
            return
        }
        #expect(artifact.name == "model/deep/file.txt" && artifact.bytes == 5)
        #expect(try readFile(waiting.file(of: artifact)) == Array("hello".utf8))
        #expect(waiting.end?.status == .finished)
        #expect(try outbox.waiting() == [journal.path])
    }

    @Test("not a number stays one")
    func notANumber() throws {
        defer { removeTree(outbox.path) }
        let journal = try journal()
        try journal.append(.metrics([Metric(key: "x", value: .nan, time: 1)]))
        guard case .metrics(let metrics)? = try WaitingRun(path: journal.path)?.events.first else {
            Issue.record("expected metrics")
            return
        }
        #expect(metrics[0].value.isNaN)
    }

    @Test("a run whose program lives goes on; one whose program is gone was killed")
    func killed() throws {
        defer { removeTree(outbox.path) }
        var journal: RunJournal? = try journal()
        let path = try #require(journal?.path)
        #expect(try WaitingRun(path: path)?.isBeingWritten == true)
        #expect(try WaitingRun(path: path)?.end == nil)
        journal = nil
        #expect(try WaitingRun(path: path)?.isBeingWritten == false)
        #expect(try WaitingRun(path: path)?.end?.status == .killed)
    }

    @Test("a torn last line does not count, wherever it tore; a torn line before others is an error")
    func torn() throws {
        defer { removeTree(outbox.path) }
        let journal = try journal()
        try journal.append(.tags(["a": "1"]))
        let file = "\(journal.path)/\(RunJournal.file)"
        let bytes = try readFile(file)
        let firstLine = try #require(bytes.firstIndex(of: 10)) + 1
        for length in [0, 1, firstLine - 1] {
            try AtomicFile.write(bytes[..<length], to: file)
            #expect(try WaitingRun(path: journal.path) == nil, "\(length) bytes")
        }
        for length in firstLine..<bytes.count {
            try AtomicFile.write(bytes[..<length], to: file)
            #expect(try WaitingRun(path: journal.path)?.events.isEmpty == true, "\(length) bytes")
        }
        try AtomicFile.write(bytes[..<(firstLine + 3)] + [10] + bytes[firstLine...], to: file)
        let error = #expect(throws: JournalError.self) { _ = try WaitingRun(path: journal.path) }
        #expect(error?.description.contains("\(RunJournal.file):2:") == true)
    }
}
