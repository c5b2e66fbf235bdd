import DurableFiles

/// Which model is meant: a folder, or a name that a registry knows.
///
/// - `models/iforest`, `./iforest`, `/srv/models/iforest`: the directory of a bundle
/// - `turbofan/3`: version 3 of a registered model
/// - `turbofan@champion`: the version that has an alias
/// - `runs:/ID`: the model that a run left behind
/// - `prod`, `staging`: what the configured model has in Production or Staging
/// - `turbofan`: what that model has in Production, or its newest version
public struct ModelReference: Hashable, Sendable, CustomStringConvertible {
    /// What the user wrote.
    public let text: String

    /// What the text can mean.
    public enum Meaning: Hashable, Sendable {
        /// The directory of a bundle, and nothing else.
        case path(String)
        /// A version of a registered model.
        case version(model: String, number: Int)
        /// What an alias of a registered model names.
        case alias(model: String, alias: String)
        /// The model of a run.
        case run(id: String)
        /// A bare word: a stage or an alias of the configured model, a registered model, or a directory.
        case word(String)
    }

    /// Takes what the user wrote.
    public init(_ text: String) {
        self.text = text
    }

    /// What the text can mean, by its form alone.
    public var meaning: Meaning {
        if let id = text.split(separator: ":/", maxSplits: 1).last, text.hasPrefix("runs:/") {
            return .run(id: String(id.prefix { $0 != "/" }))
        }
        if text.hasPrefix("/") || text.hasPrefix(".") || text.hasPrefix("~") { return .path(text) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let number = Int(parts[1]), number > 0, !parts[0].isEmpty {
            return .version(model: String(parts[0]), number: number)
        }
        if parts.count > 1 { return .path(text) }
        let named = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if named.count == 2, !named[0].isEmpty, !named[1].isEmpty {
            return .alias(model: String(named[0]), alias: String(named[1]))
        }
        return .word(text)
    }

    /// The directory of the bundle: the text itself where it can be nothing else, else what `model-registry resolve` makes
    /// of it, which copies the bundle of a server to this machine.
    ///
    /// - Throws: `UnresolvedModel` when the registry does not find it, having said why on standard error;
    ///   `TrackingSetupError` when the text is empty.
    public func path() throws -> String {
        guard !text.isEmpty else {
            throw TrackingSetupError(
                "the model's name is empty; expected the directory of a bundle or a registered name")
        }
        if case .path(let path) = meaning { return path }
        guard let registry = Companion(named: "model-registry") else {
            // Without the registry's program there are no names, only directories.
            guard kindOfFile(text) == .folder else {
                throw TrackingSetupError(
                    "there is no directory '\(text)', and no model-registry beside this program or on PATH to ask for it"
                )
            }
            return text
        }
        do {
            return try registry.output(of: ["resolve", "--", text])
        } catch let failure as CompanionFailure {
            throw UnresolvedModel(reference: text, failure: failure)
        }
    }

    /// What the user wrote.
    public var description: String { text }
}

/// A model that `model-registry` did not find, and said why.
public struct UnresolvedModel: Error, Equatable, CustomStringConvertible {
    /// What the user wrote.
    public let reference: String
    /// How the program ended.
    public let failure: CompanionFailure

    /// `there is no model 'prod' to go on with; see above`
    public var description: String { "there is no model '\(reference)' to go on with; see above" }
}
