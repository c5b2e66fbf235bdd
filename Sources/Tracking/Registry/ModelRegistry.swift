import Experiments

/// What is done to registered models, in any store: versions move between stages with their aliases, and each move is
/// written to the model's history.
public struct ModelRegistry {
    /// Where the models are.
    public let store: any TrackingStore
    /// Who moves them.
    public let user: String
    /// The time, in milliseconds since 1970.
    public let now: () -> Int64

    /// A registry for `user`.
    public init(_ store: any TrackingStore, user: String, now: @escaping () -> Int64 = { RunJournal.now }) {
        self.store = store
        self.user = user
        self.now = now
    }

    /// What a move did.
    public struct Move: Hashable, Sendable {
        /// The version that moved.
        public var version: ModelVersion
        /// The version that it replaced, and that is now archived.
        public var replaced: ModelVersion?
    }

    /// Moves a version to a stage. The version that was in Production or Staging before is archived, and the stage's alias
    /// moves along. A version that is there already stays, and its alias is set right.
    ///
    /// - Throws: `TrackingError` when there is no such version, or when somebody else moved one of the two at the same time.
    @discardableResult
    public func move(_ version: ModelVersion, to stage: Stage, action: String, why: String) throws -> Move {
        let model = try registered(version.model)
        let others =
            stage.alias == nil ? [] : model.versions.filter { $0.stage == stage && $0.number != version.number }
        var change = RegistryChange(model: model.name, expecting: [version.number: version.stage], steps: [])
        for other in others {
            change.expecting[other.number] = other.stage
            change.steps.append(.stage(version: other.number, .archived))
        }
        if version.stage != stage { change.steps.append(.stage(version: version.number, stage)) }
        // No alias may go on naming a version that left its stage.
        let leaving = others + [version]
        for (alias, number) in model.aliases.sorted(by: { $0.key < $1.key })
        where leaving.contains(where: { $0.number == number }) {
            guard let place = Stage(named: alias), place.alias == alias, place != stage else { continue }
            change.steps.append(.alias(alias, version: nil))
        }
        if let alias = stage.alias, model.aliases[alias] != version.number {
            change.steps.append(.alias(alias, version: version.number))
        }
        if !change.steps.isEmpty {
            change.steps.append(
                try ModelHistory(of: model).step(
                    adding: ModelHistory.Entry(
                        time: now(), user: user, action: action, version: version.number, from: version.stage.rawValue,
                        to: stage.rawValue, replaced: others.last?.number, why: why)))
            try store.apply(change)
        }
        var moved = version
        moved.stage = stage
        return Move(version: moved, replaced: others.last)
    }

    /// Puts the version back in Production that was there before the current one, which is archived.
    ///
    /// - Throws: `TrackingError` when the history knows none, or as `move`.
    public func rollBack(_ name: String, why: String) throws -> Move {
        let model = try registered(name)
        let current = model.version(in: .production)
        guard let before = ModelHistory(of: model).versionBefore(current?.number), let version = model.version(before)
        else {
            throw TrackingError.missing(
                "\(store.name): the history of '\(name)' knows no version that was in Production before"
                    + (current.map { " version \($0.number)" } ?? ""))
        }
        return try move(version, to: .production, action: "rollback", why: why)
    }

    /// Lets an alias name a version, or with nil no longer any.
    ///
    /// - Throws: `TrackingError` when the alias is a stage's, which only moves with the stage.
    public func setAlias(_ alias: String, of name: String, to number: Int?, why: String) throws {
        let model = try registered(name)
        if let stage = Stage(named: alias) {
            throw TrackingError.refused(
                "the alias '\(alias)' moves with the stage \(stage.rawValue); expected model-registry promote or archive"
            )
        }
        let before = model.aliases[alias]
        guard before != number else { return }
        guard let version = number ?? before else { return }
        try store.apply(
            RegistryChange(
                model: name,
                steps: [
                    .alias(alias, version: number),
                    try ModelHistory(of: model).step(
                        adding: ModelHistory.Entry(
                            time: now(), user: user, action: number == nil ? "alias removed" : "alias",
                            version: version,
                            from: before.map { "version \($0)" }, to: "@\(alias)", why: why)),
                ]))
    }

    /// The registered model of this name.
    ///
    /// - Throws: `TrackingError.missing` that says which there are.
    public func registered(_ name: String) throws -> RegisteredModel {
        if let model = try store.model(named: name) { return model }
        let names = try store.models().map(\.name)
        throw TrackingError.missing(
            "\(store.name): there is no registered model '\(name)'; there "
                + (names.isEmpty ? "is none at all" : "are: \(names.joined(separator: ", "))"))
    }
}
