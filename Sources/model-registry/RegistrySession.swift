import ArgumentParser
import CommandKit
import Detectors
import Experiments
import Foundation
import Tracking
import Training

/// What every subcommand takes.
struct RegistryOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var diagnostics: DiagnosticOptions
}

/// The store, its registry and the cache, as the settings and the environment say.
struct RegistrySession {
    let settings: Settings
    let destination: TrackingDestination
    /// nil where a local store is not there yet.
    let store: (any TrackingStore)?
    let user: String

    /// Opens the store.
    ///
    /// - Parameter creates: whether to make a local one where there is none.
    init(_ options: RegistryOptions, creates: Bool = false) throws {
        settings = try Settings(
            tool: ModelRegistryProgram.toolName, defaults: PackageResources.model_registry_yaml,
            file: options.configuration.file)
        destination = try TrackingDestination.current()
        user = RunJournal.user
        store = try RegistrySession.open(destination, creates: creates)
    }

    /// The store at `destination`; nil where a local one is not there and must not be made.
    static func open(_ destination: TrackingDestination, creates: Bool) throws -> (any TrackingStore)? {
        do {
            return try destination.store(creates: creates, environment: ProcessInfo.processInfo.environment)
        } catch TrackingError.missing where !creates {
            return nil
        }
    }

    /// The registry.
    ///
    /// - Throws: `TrackingError.missing` when there is no store.
    func registry() throws -> ModelRegistry {
        ModelRegistry(try openStore(), user: user)
    }

    /// The store.
    ///
    /// - Throws: `TrackingError.missing` when there is none.
    func openStore() throws -> any TrackingStore {
        guard let store else {
            throw TrackingError.missing(
                "there is no store \(destination); a trainer makes one, or set \(TrackingDestination.variable)")
        }
        return store
    }

    /// The cache, which takes only bundles that can be read.
    func cache() throws -> BundleCache {
        BundleCache(path: try BundleCache.currentPath()) { _ = try ModelBundle(path: $0) }
    }

    /// The resolver.
    func resolver() throws -> ModelResolver {
        ModelResolver(
            store, at: destination, model: try settings.string("model"),
            experiment: try settings.string("experiment"), cache: try cache())
    }

    /// The version that `reference` names in the registry.
    ///
    /// - Throws: `TrackingError.missing` when it names none.
    func version(_ reference: String) throws -> ModelVersion {
        let registry = try registry()
        let configured = try settings.string("model")
        switch ModelReference(reference).meaning {
        case .version(let name, let number):
            if let version = try registry.registered(name).version(number) { return version }
        case .alias(let name, let alias):
            if let version = try registry.registered(name).version(named: alias) { return version }
        case .word(let word):
            if let version = try registry.store.model(named: configured)?.version(named: word) { return version }
        case .path, .run: break
        }
        throw TrackingError.missing(
            "\(registry.store.name) has no version '\(reference)'; expected NAME/NUMBER, NAME@ALIAS, or a stage of "
                + "'\(configured)'")
    }
}

extension TrackingError: ToolFailure {
    /// As `sysexits.h` has it.
    public var status: ToolStatus {
        switch self {
        case .unavailable: .unavailable
        case .missing: .noInput
        case .damaged: .badData
        case .refused: .usage
        }
    }
}
