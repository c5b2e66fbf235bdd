import Experiments

/// A registered model.
public struct RegisteredModel: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its versions, rising.
    public var versions: [ModelVersion]
    /// Alias → version.
    public var aliases: [String: Int]
    /// Its tags, among them its history.
    public var tags: [String: String]

    /// Takes all of it.
    public init(name: String, versions: [ModelVersion], aliases: [String: Int], tags: [String: String]) {
        self.name = name
        self.versions = versions
        self.aliases = aliases
        self.tags = tags
    }

    /// The version of this number.
    public func version(_ number: Int) -> ModelVersion? { versions.first { $0.number == number } }

    /// The version that an alias names, or the newest in the stage of this name.
    public func version(named text: String) -> ModelVersion? {
        if let number = aliases[text], let version = version(number) { return version }
        return Stage(named: text).flatMap { $0 == .none ? nil : version(in: $0) }
    }

    /// The newest version in a stage.
    public func version(in stage: Stage) -> ModelVersion? { versions.last { $0.stage == stage } }
}

/// A version of a registered model.
public struct ModelVersion: Hashable, Sendable {
    /// The registered model.
    public var model: String
    /// Its number, from 1.
    public var number: Int
    /// How far it has come.
    public var stage: Stage
    /// The run that made it; empty when no run is known.
    public var run: String
    /// Where its files stand, as the store has it: `runs:/ID/model`.
    public var source: String
    /// When it was registered, in milliseconds since 1970.
    public var created: Int64
    /// Its tags.
    public var tags: [String: String]

    /// Takes all of it.
    public init(
        model: String, number: Int, stage: Stage, run: String, source: String, created: Int64,
        tags: [String: String] = [:]
    ) {
        self.model = model
        self.number = number
        self.stage = stage
        self.run = run
        self.source = source
        self.created = created
        self.tags = tags
    }

    /// `name/3`
    public var reference: String { "\(model)/\(number)" }

    /// The model version that scored records carry, where it was registered by Borescope.
    public var bundle: String? { tags[TrackingTag.bundle] }

    /// The SHA-256 of the bundle's `model.json`, where it was registered by Borescope.
    public var digest: String? { tags[TrackingTag.digest] }
}

/// What is to change in a registered model: all of it or, on a server that has no transactions, in this order.
public struct RegistryChange: Hashable, Sendable {
    /// One step.
    public enum Step: Hashable, Sendable {
        /// A version enters a stage.
        case stage(version: Int, Stage)
        /// An alias names a version, or with nil no longer any.
        case alias(String, version: Int?)
        /// A tag of the registered model is set.
        case tag(String, String)
    }

    /// The registered model.
    public var model: String
    /// Which stage each of these versions must be in for the change to make sense; another one is refused, because
    /// somebody else changed it in the meantime.
    public var expecting: [Int: Stage]
    /// The steps.
    public var steps: [Step]

    /// Takes all of it.
    public init(model: String, expecting: [Int: Stage] = [:], steps: [Step]) {
        self.model = model
        self.expecting = expecting
        self.steps = steps
    }
}

extension RegistryChange {
    /// Checks that what the change rests on still holds of `model`.
    ///
    /// - Parameter store: what messages call the store.
    /// - Throws: `TrackingError` when a version is gone or stands elsewhere.
    func check(against model: RegisteredModel, in store: String) throws {
        var versions = Set(expecting.keys)
        for step in steps {
            switch step {
            case .stage(let version, _), .alias(_, let version?): versions.insert(version)
            case .alias(_, nil), .tag: continue
            }
        }
        for number in versions.sorted() {
            guard let version = model.version(number) else {
                throw TrackingError.missing("\(store): there is no \(model.name)/\(number)")
            }
            guard let stage = expecting[number], stage != version.stage else { continue }
            throw TrackingError.refused(
                "\(store): somebody moved \(version.reference) to \(version.stage.rawValue) in the meantime; expected it in "
                    + "\(stage.rawValue). Look at it again with model-registry show \(model.name)")
        }
    }
}
