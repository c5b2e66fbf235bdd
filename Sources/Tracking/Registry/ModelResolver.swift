import DurableFiles
import Experiments

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Finds the model that a reference means: first in the registry, then among the newest runs, then as a directory.
///
/// A server's bundle is copied to the cache. While the server is away, a reference that was resolved before means what it
/// meant then, if that bundle is in the cache.
public struct ModelResolver {
    /// The store; nil when there is none, which leaves directories.
    public let store: (any TrackingStore)?
    /// Where the store is, or would be.
    public let destination: TrackingDestination
    /// The registered model that a bare stage is a stage of.
    public let model: String
    /// The experiment whose newest run counts.
    public let experiment: String
    private let cache: BundleCache

    /// A resolver that looks in `store`.
    public init(
        _ store: (any TrackingStore)?, at destination: TrackingDestination, model: String, experiment: String,
        cache: BundleCache
    ) {
        self.store = store
        self.destination = destination
        self.model = model
        self.experiment = experiment
        self.cache = cache
    }

    /// A bundle that was found.
    public struct Resolved: Codable, Hashable, Sendable {
        /// The directory of the bundle.
        public var path: String
        /// What it is: `turbofan/3`, `runs:/ID`, or the path.
        public var reference: String
        /// The stage of a registered version.
        public var stage: String?
        /// The SHA-256 of its `model.json`; nil for a directory, of which nobody said what it should be.
        public var sha256: String?
        /// What the user should know: that no version was promoted, that the server was away.
        public var warning: String?
    }

    /// What a name led to in a store.
    private struct Found {
        var run: RunRecord
        var folder: ArtifactName
        var reference: String
        var stage: Stage?
        var digest: String?
        var warning: String?
    }

    /// Finds the bundle that `reference` means.
    ///
    /// - Throws: `TrackingError` that says what was looked for where; what the cache's check throws.
    public func resolve(_ reference: ModelReference) throws -> Resolved {
        if case .path(let path) = reference.meaning { return try directory(path, of: reference, notes: []) }
        let remembered =
            "\(cache.path)/references/\(Digest.hexadecimal(of: Array("\(destination) \(model) \(reference)".utf8))).json"
        do {
            var notes: [String] = []
            guard let found = try search(reference, &notes) else {
                switch reference.meaning {
                case .word, .version: return try directory(reference.text, of: reference, notes: notes)
                case .path, .alias, .run: throw ModelResolver.nothing(reference, notes)
                }
            }
            let resolved = try fetch(found)
            if case .server = destination { try remember(resolved, in: remembered) }
            return resolved
        } catch TrackingError.unavailable(let text) {
            guard let known = recall(remembered), cache.bundle(known.sha256 ?? "") != nil else {
                throw TrackingError.unavailable("\(text); and '\(reference)' was never resolved here before")
            }
            var resolved = known
            resolved.warning =
                "\(text); going on with \(known.reference), which '\(reference)' meant when it was last asked for"
            return resolved
        }
    }

    /// Looks in registry and runs; says in `notes` what was not there.
    private func search(_ reference: ModelReference, _ notes: inout [String]) throws -> Found? {
        guard let store else {
            notes.append("there is no store \(destination)")
            return nil
        }
        switch reference.meaning {
        case .path: return nil
        case .version(let name, let number):
            if let version = try store.model(named: name)?.version(number) { return try found(version, in: store) }
            notes.append("\(store.name) has no version \(number) of a registered model '\(name)'")
            return nil
        case .alias(let name, let alias):
            guard let registered = try store.model(named: name) else {
                notes.append("\(store.name) has no registered model '\(name)'")
                return nil
            }
            if let version = registered.version(named: alias) { return try found(version, in: store) }
            notes.append("\(store.name) has no alias '\(alias)' of '\(name)'")
            return nil
        case .run(let id):
            if let run = try store.run(id: id) { return found(run) }
            notes.append("\(store.name) has no run '\(id)'")
            return nil
        case .word(let word):
            if let registered = try store.model(named: model), let version = registered.version(named: word) {
                return try found(version, in: store)
            }
            if let registered = try store.model(named: word),
                let version = registered.version(in: .production) ?? registered.versions.last
            {
                return try found(version, in: store)
            }
            notes.append(
                Stage(named: word).map { "\(store.name) has no version of '\(model)' in \($0.rawValue)" }
                    ?? "\(store.name) has no registered model or alias of '\(model)' called '\(word)'")
            return try newestRun(word, in: store, &notes)
        }
    }

    /// The newest finished run that left a model: any for a stage, else one of this name.
    private func newestRun(_ word: String, in store: any TrackingStore, _ notes: inout [String]) throws -> Found? {
        let run = try store.runs(ofExperiment: experiment, limit: 100).first { run in
            run.status == RunStatus.finished.rawValue && run.tags[TrackingTag.bundle] != nil
                && (Stage(named: word) != nil || run.name == word || run.parameters["name"] == word)
        }
        guard let run else {
            notes.append("the experiment '\(experiment)' has no such run with a model")
            return nil
        }
        var found = found(run)
        found.warning =
            "\(notes.joined(separator: "; ")); going on with the newest run, \(run.name) (runs:/\(run.id)), which nobody promoted"
        return found
    }

    private func found(_ version: ModelVersion, in store: any TrackingStore) throws -> Found {
        guard let run = try store.run(id: version.run) else {
            throw TrackingError.missing(
                "\(store.name): \(version.reference) was made by the run '\(version.run)', which is gone")
        }
        let prefix = "runs:/\(version.run)/"
        let folder =
            version.source.hasPrefix(prefix) ? try ArtifactName(String(version.source.dropFirst(prefix.count))) : .model
        return Found(
            run: run, folder: folder, reference: version.reference, stage: version.stage,
            digest: version.digest)
    }

    private func found(_ run: RunRecord) -> Found {
        Found(
            run: run, folder: .model, reference: "runs:/\(run.id)", digest: run.tags[TrackingTag.digest])
    }

    private func fetch(_ found: Found) throws -> Resolved {
        var resolved = Resolved(
            path: "", reference: found.reference, stage: found.stage?.rawValue, sha256: found.digest,
            warning: found.warning)
        if let digest = found.digest, let path = cache.bundle(digest) {
            resolved.path = path
        } else if let store {
            let copy = try cache.fetch(found.folder, of: found.run, from: store, digest: found.digest)
            (resolved.path, resolved.sha256) = (copy.path, copy.digest)
        }
        return resolved
    }

    private func directory(_ path: String, of reference: ModelReference, notes: [String]) throws -> Resolved {
        guard kindOfFile("\(path)/\(BundleCache.descriptionFile)") == .file else {
            throw ModelResolver.nothing(
                reference, notes + ["there is no directory '\(path)' with a \(BundleCache.descriptionFile)"])
        }
        return Resolved(path: path, reference: path)
    }

    private static func nothing(_ reference: ModelReference, _ notes: [String]) -> TrackingError {
        .missing("no model '\(reference)': \(notes.joined(separator: "; "))")
    }

    private func remember(_ resolved: Resolved, in file: String) throws {
        var known = resolved
        known.warning = nil
        try createFolder("\(cache.path)/references")
        try AtomicFile.write(try JSONEncoder().encode(known), to: file)
    }

    private func recall(_ file: String) -> Resolved? {
        guard let bytes = try? readFile(file, limit: 1 << 20) else { return nil }
        return try? JSONDecoder().decode(Resolved.self, from: Data(bytes))
    }
}
