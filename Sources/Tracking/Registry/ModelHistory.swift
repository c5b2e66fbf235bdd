import Experiments

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Who moved which version of a model where, when and why; only ever added to.
///
/// Each entry is a tag of the registered model of its own, so it is kept by any MLflow store and seen in its pages.
public struct ModelHistory: Hashable, Sendable {
    /// One move.
    public struct Entry: Codable, Hashable, Sendable {
        /// When, in milliseconds since 1970.
        public var time: Int64
        /// Who: the user's name at their machine.
        public var user: String
        /// What was done: `promote`, `archive`, `rollback`, `alias`, `register`.
        public var action: String
        /// The version.
        public var version: Int
        /// The stage it was in, or the version that an alias named; nil without one.
        public var from: String?
        /// The stage it is in now, or the alias.
        public var to: String
        /// The version it replaced; nil without one.
        public var replaced: Int?
        /// Why, in the user's words.
        public var why: String

        /// Takes all of it.
        public init(
            time: Int64, user: String, action: String, version: Int, from: String?, to: String, replaced: Int? = nil,
            why: String
        ) {
            self.time = time
            self.user = user
            self.action = action
            self.version = version
            self.from = from
            self.to = to
            self.replaced = replaced
            self.why = why
        }
    }

    /// The entries, oldest first.
    public let entries: [Entry]

    /// The history among the tags of `model`. Tags that are no entries are left alone.
    public init(of model: RegisteredModel) {
        entries = model.tags.filter { $0.key.hasPrefix(TrackingTag.history) }.sorted { $0.key < $1.key }
            .compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.value.utf8)) }
    }

    /// The step that adds `entry` to this history.
    func step(adding entry: Entry) throws -> RegistryChange.Step {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(entry), as: UTF8.self)
        // Sorted by time, then by number; two that do not know of each other have different names all the same.
        let number = String(1_000_000 + entries.count).dropFirst()
        let place = String(UInt32.random(in: 0 ... .max), radix: 16)
        return .tag("\(TrackingTag.history)\(entry.time)-\(number)-\(place)", text)
    }

    /// The version that was in Production before the one that is, and is not it; nil when there was none.
    public func versionBefore(_ current: Int?) -> Int? {
        for entry in entries.reversed() where entry.to == Stage.production.rawValue {
            if entry.version == current, let replaced = entry.replaced { return replaced }
            if current == nil { return entry.version }
        }
        return nil
    }
}
