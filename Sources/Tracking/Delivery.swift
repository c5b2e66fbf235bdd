import DurableFiles
import Experiments

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Brings waiting runs to a store, each event once in effect, however often it is interrupted.
///
/// Every call to the store may be repeated, so what was sent is noted after it was sent; what was sent and not noted is sent
/// again and changes nothing.
public struct Delivery {
    /// The file that notes how much of a journal was delivered.
    static let mark = "delivered"

    private let registry: ModelRegistry
    private var store: any TrackingStore { registry.store }

    /// Delivers to the store of `registry`.
    public init(_ registry: ModelRegistry) {
        self.registry = registry
    }

    /// What came of a run.
    public struct Receipt: Sendable {
        /// The run in the store.
        public var run: RunRecord
        /// How it ended; nil while it goes on.
        public var end: RunEnd?
        /// What was registered and moved, in words.
        public var notes: [String] = []
    }

    /// Delivers what is new in the journal in the folder `path`, and removes the folder when all of it is delivered.
    ///
    /// - Returns: nil when the journal holds nothing yet, or is gone because somebody else delivered it.
    /// - Throws: `TrackingError`, `JournalError`, `SystemError`; the journal stays.
    public func deliver(_ path: String) throws -> Receipt? {
        let lock = open("\(path)/\(RunJournal.file)", O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("open", path)
        }
        close(lock)
        let turn = try Turn(path)
        defer { turn.end() }
        guard kindOfFile("\(path)/\(RunJournal.file)") != nil, let waiting = try WaitingRun(path: path) else {
            return nil
        }
        let end = waiting.end
        var receipt = Receipt(run: try run(of: waiting.start), end: end)
        var done = Delivery.delivered(path)
        var batch = Batch()
        for (index, event) in waiting.events.enumerated().dropFirst(done) {
            switch event {
            case .parameters, .metrics, .tags:
                batch.add(event)
                continue
            case .start, .end: continue
            case .artifact(let artifact):
                try send(artifact, of: waiting, to: receipt.run)
            case .register(let registration):
                try batch.send(to: receipt.run, of: store)
                receipt.notes += try register(registration, of: receipt.run)
            }
            try batch.send(to: receipt.run, of: store)
            done = index + 1
            try AtomicFile.write("\(done)\n".utf8, to: "\(path)/\(Delivery.mark)")
        }
        try batch.send(to: receipt.run, of: store)
        if waiting.events.count > done {
            try AtomicFile.write("\(waiting.events.count)\n".utf8, to: "\(path)/\(Delivery.mark)")
        }
        if let end {
            if waiting.start.addsTo == nil { try store.end(receipt.run, end) }
            removeTree(path)
        }
        return receipt
    }

    /// The run that a journal starts or adds to.
    private func run(of start: RunStart) throws -> RunRecord {
        guard let run = start.addsTo else { return try store.run(startedBy: start) }
        if let found = try store.run(id: run) { return found }
        let made = try store.runs(ofExperiment: start.experiment, limit: 1000).first {
            $0.tags[TrackingTag.bundle] == run
        }
        guard let made else {
            throw TrackingError.missing(
                "\(store.name) has no run '\(run)', and the experiment '\(start.experiment)' none that made such a model"
            )
        }
        return made
    }

    private func send(_ artifact: ArtifactRecord, of waiting: WaitingRun, to run: RunRecord) throws {
        let file = waiting.file(of: artifact)
        let name = try ArtifactName(artifact.name)
        let (digest, count) = try Digest.ofFile(file)
        guard digest == artifact.sha256, count == artifact.bytes else {
            throw TrackingError.damaged("\(file): the SHA-256 differs from the one in \(RunJournal.file)")
        }
        try store.put(file, as: name, of: run)
    }

    /// Registers the model of `run`, and moves it where it was meant to be.
    private func register(_ registration: Registration, of run: RunRecord) throws -> [String] {
        let tags = [TrackingTag.bundle: registration.bundle, TrackingTag.digest: registration.sha256]
        let version = try store.register(.model, of: run, as: registration.model, tags: tags)
        var notes = ["registered \(version.reference) in \(store.name)"]
        let why = "registered by \(run.tags["mlflow.source.name"] ?? "a trainer")"
        if let text = registration.promotion, version.stage != .production {
            let condition = try PromotionCondition(text)
            let current = try registry.registered(version.model).version(in: .production)
            let before = try current.flatMap { try store.run(id: $0.run)?.metrics }
            let (holds, reason) = condition.holds(of: try store.run(id: run.id)?.metrics ?? [:], current: before)
            if holds {
                try registry.move(version, to: .production, action: "promote", why: "\(text): \(reason)")
                let replaced = current.map { "; \($0.reference) is archived" } ?? ""
                return notes + ["promoted \(version.reference) to Production: \(reason)\(replaced)"]
            }
            notes.append("did not promote \(version.reference): \(reason)")
        }
        if let stage = registration.stage.flatMap(Stage.init(named:)), version.stage == .none {
            try registry.move(version, to: stage, action: "register", why: why)
            notes.append("moved \(version.reference) to \(stage.rawValue)")
        }
        return notes
    }

    /// How many events of a journal are delivered.
    private static func delivered(_ path: String) -> Int {
        guard let bytes = try? readFile("\(path)/\(mark)", limit: 100) else { return 0 }
        return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) ?? 0
    }
}

/// What can go in one call.
private struct Batch {
    var metrics: [Metric] = []
    var parameters: [String: String] = [:]
    var tags: [String: String] = [:]

    mutating func add(_ event: RunEvent) {
        switch event {
        case .metrics(let more): metrics += more
        case .parameters(let more): parameters.merge(more) { $1 }
        case .tags(let more): tags.merge(more) { $1 }
        case .start, .artifact, .register, .end: break
        }
    }

    mutating func send(to run: RunRecord, of store: any TrackingStore) throws {
        guard !metrics.isEmpty || !parameters.isEmpty || !tags.isEmpty else { return }
        try store.log(metrics: metrics, parameters: parameters, tags: tags, to: run)
        self = Batch()
    }
}

/// The turn of one deliverer at a journal; others wait for it.
private struct Turn {
    private let descriptor: Int32

    init(_ path: String) throws {
        let file = "\(path)/turn"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("create", file) }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    func end() {
        close(descriptor)
    }
}
