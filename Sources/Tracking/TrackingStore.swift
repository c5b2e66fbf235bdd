import Experiments

/// Where runs and registered models are kept: a local database or an MLflow server.
///
/// Calls block until they are done; a server runs them off its event loops. Every call may be repeated with the same
/// arguments and then changes nothing more, so that whoever was interrupted starts again. Names and limits are those of MLflow:
/// keys have at most 250 letters, digits and `_-. :/`.
///
/// All calls throw `TrackingError`.
public protocol TrackingStore: AnyObject {
    /// What messages call it: the path of the database or the URL of the server.
    var name: String { get }

    // MARK: Runs

    /// The run of the journal `start.id`: the one that is there already, or a new one in the experiment, which is made where
    /// it is missing.
    func run(startedBy start: RunStart) throws -> RunRecord
    /// Adds to a run. Any number of metrics, parameters and tags.
    func log(metrics: [Metric], parameters: [String: String], tags: [String: String], to run: RunRecord) throws
    /// Ends a run.
    func end(_ run: RunRecord, _ end: RunEnd) throws
    /// The run of this identifier; nil when there is none.
    func run(id: String) throws -> RunRecord?
    /// The newest runs of an experiment that are not deleted, newest first; none when there is no such experiment.
    func runs(ofExperiment name: String, limit: Int) throws -> [RunRecord]

    // MARK: Artifacts

    /// Keeps the file at `path` as the artifact `name`.
    func put(_ path: String, as name: ArtifactName, of run: RunRecord) throws
    /// The files below `folder`, in folders of it too, sorted by name.
    func artifacts(in folder: ArtifactName, of run: RunRecord) throws -> [ArtifactEntry]
    /// Copies an artifact to the new file `path`.
    ///
    /// - Parameter limit: the most bytes accepted; a longer file is refused before it fills the disk.
    func get(_ name: ArtifactName, of run: RunRecord, to path: String, limit: Int) throws

    // MARK: Models

    /// All registered models, sorted by name.
    func models() throws -> [RegisteredModel]
    /// The registered model of this name, with all its versions; nil when there is none.
    func model(named name: String) throws -> RegisteredModel?
    /// Registers the folder `folder` of a run as a new version of the model `name`, which is made where it is missing. Of
    /// versions that are already there one with the same run and folder is returned.
    func register(_ folder: ArtifactName, of run: RunRecord, as name: String, tags: [String: String]) throws
        -> ModelVersion
    /// Carries out all of `change`: in one step where the store can, else in order.
    func apply(_ change: RegistryChange) throws
}

/// A run as a store has it.
public struct RunRecord: Hashable, Sendable {
    /// 32 hexadecimal digits.
    public var id: String
    /// The experiment's identifier.
    public var experiment: String
    /// The name a person reads.
    public var name: String
    /// How it stands, as the store has it: `RUNNING`, `FINISHED`, `FAILED`, `KILLED` or what others write.
    public var status: String
    /// Milliseconds since 1970.
    public var startTime: Int64
    /// Milliseconds since 1970; nil while it runs.
    public var endTime: Int64?
    /// Where its artifacts stand, as the store has it.
    public var artifactURI: String
    /// The last value of each metric.
    public var metrics: [String: Double]
    /// The parameters.
    public var parameters: [String: String]
    /// The tags.
    public var tags: [String: String]

    /// Takes all of it.
    public init(
        id: String, experiment: String, name: String, status: String, startTime: Int64, endTime: Int64? = nil,
        artifactURI: String, metrics: [String: Double] = [:], parameters: [String: String] = [:],
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.experiment = experiment
        self.name = name
        self.status = status
        self.startTime = startTime
        self.endTime = endTime
        self.artifactURI = artifactURI
        self.metrics = metrics
        self.parameters = parameters
        self.tags = tags
    }
}

/// A file among the artifacts of a run.
public struct ArtifactEntry: Hashable, Sendable {
    /// Its name within the run.
    public var name: ArtifactName
    /// Its length, where the store tells.
    public var bytes: Int?

    /// Takes both.
    public init(name: ArtifactName, bytes: Int?) {
        self.name = name
        self.bytes = bytes
    }
}

/// The tags by which Borescope finds its own things in a store.
public enum TrackingTag {
    /// Of a run: the journal it was delivered from.
    public static let journal = "borescope.journal"
    /// Of a run and a model version: the model version that scored records carry, `iforest-074f51ed9b27`.
    public static let bundle = "borescope.bundle"
    /// Of a model version: the SHA-256 of the bundle's `model.json`.
    public static let digest = "borescope.bundle_sha256"
    /// Of a registered model: what each tag of its history begins with.
    public static let history = "borescope.history."
}

/// Why a store did not do what it was asked to.
public enum TrackingError: Error, Equatable, CustomStringConvertible {
    /// The store cannot be reached, or is too busy; the same call may succeed later.
    case unavailable(String)
    /// The store refuses: no permission, a name it does not take, a state it is not in.
    case refused(String)
    /// What was asked for is not there.
    case missing(String)
    /// What the store sent or holds is not what it should be: another format, a wrong digest, too long, a name that leads
    /// out of its folder.
    case damaged(String)

    /// What is wrong.
    public var description: String {
        switch self {
        case .unavailable(let text), .refused(let text), .missing(let text), .damaged(let text): text
        }
    }
}
