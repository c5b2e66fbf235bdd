import DurableFiles
import Experiments
import Tracking

/// A store in memory that is away when it is told to be: before a call, or after it has done its work and before it says so.
final class FakeStore: TrackingStore {
    let name = "fake"
    /// Calls until the next failure; nil for none.
    var callsUntilFailure: Int?
    /// Whether the failing call does its work.
    var failsAfterwards = false
    private(set) var callCount = 0

    private(set) var runs: [String: RunRecord] = [:]
    private(set) var steps: [String: [Metric]] = [:]
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var registered: [String: RegisteredModel] = [:]

    /// All that is in it, for comparison.
    var contents: String {
        let runs = runs.values.sorted { $0.id < $1.id }.map { run in
            "\(run.id) \(run.status) \(run.metrics.sorted { $0.key < $1.key }) \(run.parameters.sorted { $0.key < $1.key })"
        }
        let models = registered.values.map { model in
            "\(model.name) \(model.versions.map { "\($0.number) \($0.stage)" }) \(model.aliases.sorted { $0.key < $1.key })"
        }
        let metrics = steps.mapValues { Set($0).count }.sorted { $0.key < $1.key }
        return "\(runs) \(models.sorted()) \(metrics) \(files.sorted { $0.key < $1.key })"
    }

    private func call<Value>(_ work: () throws -> Value) throws -> Value {
        callCount += 1
        guard let left = callsUntilFailure else { return try work() }
        guard left == 0 else {
            callsUntilFailure = left - 1
            return try work()
        }
        callsUntilFailure = nil
        if failsAfterwards { _ = try work() }
        throw TrackingError.unavailable("fake: away")
    }

    func run(startedBy start: RunStart) throws -> RunRecord {
        try call {
            let run =
                runs[start.id]
                ?? RunRecord(
                    id: start.id, experiment: start.experiment, name: start.name, status: "RUNNING",
                    startTime: start.time, artifactURI: "")
            runs[start.id] = run
            return run
        }
    }

    func log(metrics: [Metric], parameters: [String: String], tags: [String: String], to run: RunRecord) throws {
        try call {
            for metric in metrics {
                steps[run.id + metric.key, default: []].append(metric)
                runs[run.id]?.metrics[metric.key] = metric.value
            }
            runs[run.id]?.parameters.merge(parameters) { $1 }
            runs[run.id]?.tags.merge(tags) { $1 }
        }
    }

    func end(_ run: RunRecord, _ end: RunEnd) throws {
        try call { runs[run.id]?.status = end.status.rawValue }
    }

    func run(id: String) throws -> RunRecord? { try call { runs[id] } }

    func runs(ofExperiment name: String, limit: Int) throws -> [RunRecord] {
        try call {
            Array(runs.values.filter { $0.experiment == name }.sorted { $0.startTime > $1.startTime }.prefix(limit))
        }
    }

    func put(_ path: String, as name: ArtifactName, of run: RunRecord) throws {
        try call { files["\(run.id)/\(name)"] = try readFile(path) }
    }

    func artifacts(in folder: ArtifactName, of run: RunRecord) throws -> [ArtifactEntry] {
        try call {
            try files.keys.sorted().filter { $0.hasPrefix("\(run.id)/\(folder)/") }.map { key in
                ArtifactEntry(name: try ArtifactName(String(key.dropFirst(run.id.count + 1))), bytes: files[key]?.count)
            }
        }
    }

    func get(_ name: ArtifactName, of run: RunRecord, to path: String, limit: Int) throws {
        try call {
            guard let bytes = files["\(run.id)/\(name)"] else { throw TrackingError.missing("fake: no \(name)") }
            try AtomicFile.write(bytes, to: path)
        }
    }

    /// Changes a file behind everybody's back.
    func overwrite(_ key: String, with bytes: [UInt8]) { files[key] = bytes }

    func models() throws -> [RegisteredModel] { try call { registered.values.sorted { $0.name < $1.name } } }

    func model(named name: String) throws -> RegisteredModel? { try call { registered[name] } }

    func register(_ folder: ArtifactName, of run: RunRecord, as name: String, tags: [String: String]) throws
        -> ModelVersion
    {
        try call {
            var model = registered[name] ?? RegisteredModel(name: name, versions: [], aliases: [:], tags: [:])
            if let version = model.versions.first(where: { $0.run == run.id }) { return version }
            let version = ModelVersion(
                model: name, number: model.versions.count + 1, stage: .none, run: run.id,
                source: "runs:/\(run.id)/\(folder)", created: 0, tags: tags)
            model.versions.append(version)
            registered[name] = model
            return version
        }
    }

    func apply(_ change: RegistryChange) throws {
        try call {
            guard var model = registered[change.model] else { throw TrackingError.missing("fake: no \(change.model)") }
            for step in change.steps {
                switch step {
                case .stage(let version, let stage): model.versions[version - 1].stage = stage
                case .alias(let alias, let version): model.aliases[alias] = version
                case .tag(let key, let value): model.tags[key] = value
                }
            }
            registered[change.model] = model
        }
    }
}
