/// How a run begins.
public struct RunStart: Codable, Hashable, Sendable {
    /// 32 hexadecimal digits that name the run's journal, and the run in a local store.
    public var id: String
    /// The experiment it belongs to.
    public var experiment: String
    /// The name a person reads.
    public var name: String
    /// Who runs it.
    public var user: String
    /// The program.
    public var source: String
    /// Milliseconds since 1970.
    public var time: Int64
    /// The run that the journal adds to, which the store has already: its identifier, or the model version it made; nil for
    /// a new run.
    public var addsTo: String?

    /// Takes all of it.
    public init(
        id: String, experiment: String, name: String, user: String, source: String, time: Int64, addsTo: String? = nil
    ) {
        self.addsTo = addsTo
        self.id = id
        self.experiment = experiment
        self.name = name
        self.user = user
        self.source = source
        self.time = time
    }
}

/// One value of a metric.
public struct Metric: Codable, Hashable, Sendable {
    /// Its name: at most 250 letters, digits and `_-. :/`.
    public var key: String
    /// The value; may be infinite or not a number.
    public var value: Double
    /// Milliseconds since 1970.
    public var time: Int64
    /// The epoch, or 0.
    public var step: Int64

    /// Takes all four.
    public init(key: String, value: Double, time: Int64, step: Int64 = 0) {
        self.key = key
        self.value = value
        self.time = time
        self.step = step
    }
}

/// A file that a run leaves behind.
public struct ArtifactRecord: Codable, Hashable, Sendable {
    /// Its name within the run: `model/model.json`.
    public var name: String
    /// Its length.
    public var bytes: Int
    /// Its SHA-256, in hexadecimal.
    public var sha256: String

    /// Takes all three.
    public init(name: String, bytes: Int, sha256: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// A wish to register the model of a run.
public struct Registration: Codable, Hashable, Sendable {
    /// The registered model.
    public var model: String
    /// The model version of the bundle: `iforest-074f51ed9b27`.
    public var bundle: String
    /// The SHA-256 of its `model.json`.
    public var sha256: String
    /// The stage it enters at once, or nil.
    public var stage: String?
    /// The condition on which it becomes Production, as it was written; nil without one.
    public var promotion: String?

    /// Takes all of it.
    public init(model: String, bundle: String, sha256: String, stage: String? = nil, promotion: String? = nil) {
        self.model = model
        self.bundle = bundle
        self.sha256 = sha256
        self.stage = stage
        self.promotion = promotion
    }
}

/// How a run ended.
public enum RunStatus: String, Codable, Sendable {
    /// It goes on.
    case running = "RUNNING"
    /// It did what it should.
    case finished = "FINISHED"
    /// It stopped with an error.
    case failed = "FAILED"
    /// It was stopped.
    case killed = "KILLED"
}

/// The end of a run.
public struct RunEnd: Codable, Hashable, Sendable {
    /// How.
    public var status: RunStatus
    /// Milliseconds since 1970.
    public var time: Int64

    /// Takes both.
    public init(status: RunStatus, time: Int64) {
        self.status = status
        self.time = time
    }
}

/// One line of a run's journal.
public enum RunEvent: Hashable, Sendable {
    /// The run began, and is meant for the destination of this URI.
    case start(RunStart, destination: String)
    /// Parameters: set once, never changed.
    case parameters([String: String])
    /// Values of metrics.
    case metrics([Metric])
    /// Tags, which later ones of the same name replace.
    case tags([String: String])
    /// A file was added to the journal's folder `artifacts`.
    case artifact(ArtifactRecord)
    /// The model among the artifacts is to be registered.
    case register(Registration)
    /// The run ended.
    case end(RunEnd)
}

extension RunEvent: Codable {
    enum CodingKeys: String, CodingKey {
        case start, destination, parameters, metrics, tags, artifact, register, end
    }

    /// Reads an object whose key says which event it is.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let start = try values.decodeIfPresent(RunStart.self, forKey: .start) {
            self = .start(start, destination: try values.decode(String.self, forKey: .destination))
        } else if let parameters = try values.decodeIfPresent([String: String].self, forKey: .parameters) {
            self = .parameters(parameters)
        } else if let metrics = try values.decodeIfPresent([Metric].self, forKey: .metrics) {
            self = .metrics(metrics)
        } else if let tags = try values.decodeIfPresent([String: String].self, forKey: .tags) {
            self = .tags(tags)
        } else if let artifact = try values.decodeIfPresent(ArtifactRecord.self, forKey: .artifact) {
            self = .artifact(artifact)
        } else if let registration = try values.decodeIfPresent(Registration.self, forKey: .register) {
            self = .register(registration)
        } else {
            self = .end(try values.decode(RunEnd.self, forKey: .end))
        }
    }

    /// Writes such an object.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .start(let start, let destination):
            try values.encode(start, forKey: .start)
            try values.encode(destination, forKey: .destination)
        case .parameters(let parameters): try values.encode(parameters, forKey: .parameters)
        case .metrics(let metrics): try values.encode(metrics, forKey: .metrics)
        case .tags(let tags): try values.encode(tags, forKey: .tags)
        case .artifact(let artifact): try values.encode(artifact, forKey: .artifact)
        case .register(let registration): try values.encode(registration, forKey: .register)
        case .end(let end): try values.encode(end, forKey: .end)
        }
    }
}
