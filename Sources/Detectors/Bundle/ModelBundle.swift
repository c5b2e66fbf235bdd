import DurableFiles
import SensorData
import VectorMath

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A model on disk: a directory of `model.json` and `weights.safetensors`, and below `members` the models of an ensemble;
/// written whole or not at all.
///
/// `borescope-bundle(5)` specifies it. Nothing in it can execute, and a reader checks everything before it is used.
public struct ModelBundle: Sendable {
    /// The name of the description.
    public static let descriptionFile = "model.json"
    /// The name of the tensors' file.
    public static let weightsFile = "weights.safetensors"
    /// The name of the folder of an ensemble's members.
    public static let membersFolder = "members"
    /// The longest description accepted, in bytes.
    static let descriptionLimit = 1 << 26
    /// The longest file of weights accepted, in bytes.
    static let weightsLimit = 1 << 32

    /// What `model.json` says.
    public let description: ModelDescription
    /// The detector.
    public let detector: any Detector
    /// Some windows and what the detector makes of them.
    public let selfTest: SelfTest
    /// The bytes of `model.json`.
    private let text: [UInt8]
    /// The SHA-256 of `model.json`, in hexadecimal. That file names the digest of the weights and those of members.
    public let digest: String
    /// The model's name, a hyphen, and the first 12 digits of `digest`: two bundles of one version give the same records.
    public var version: String { ModelBundle.version(description.name, digest) }
    /// The models that an ensemble asks; empty for a model that judges alone.
    public var members: [ModelBundle] { (detector as? EnsembleDetector)?.members ?? [] }

    /// A bundle in memory; `version` is that of the directory `write` makes of it.
    ///
    /// - Parameter selfTest: windows to keep beside the weights, as the detector takes them.
    public init(
        _ description: ModelDescription, detector: any Detector, selfTest windows: WindowBatch, pool: WorkerPool
    ) throws {
        var description = description
        description.architecture = detector.architecture
        self.detector = detector
        selfTest = SelfTest(windows, errors: try detector.errors(of: windows, pool: pool))
        let weights = try ModelBundle.encodedWeights(detector, selfTest)
        description.weights = WeightsRecord(
            file: ModelBundle.weightsFile, bytes: weights.count, sha256: Digest.hexadecimal(of: weights))
        self.description = description
        text = try ModelBundle.encoded(description)
        digest = Digest.hexadecimal(of: text)
    }

    /// The same model with another threshold, and therefore another version.
    ///
    /// What was considered in training stays on record; what was measured of decisions by the threshold before does not.
    ///
    /// - Parameter method: how `value` was chosen.
    /// - Throws: `ThresholdError` when `value` is no score.
    public func replacingThreshold(by value: Double, method: String) throws -> ModelBundle {
        guard ThresholdRecord.range.contains(value) else { throw ThresholdError(value: value) }
        var description = description
        let old = description.threshold
        description.threshold.value = value
        description.threshold.method = method
        description.threshold.formerVersions = (old.formerVersions ?? []) + [version]
        description.metrics = description.metrics.withoutDecisions
        return try ModelBundle(description, detector, selfTest)
    }

    /// Whether records of the model version `other` have the scores that this bundle gives: it is this version, or was this
    /// model before its threshold was replaced.
    public func scoresAlike(_ other: String) -> Bool {
        other == version || description.threshold.formerVersions?.contains(other) == true
    }

    private init(_ description: ModelDescription, _ detector: any Detector, _ selfTest: SelfTest) throws {
        self.description = description
        self.detector = detector
        self.selfTest = selfTest
        text = try ModelBundle.encoded(description)
        digest = Digest.hexadecimal(of: text)
    }

    /// Reads the bundle in the directory `path`.
    ///
    /// - Throws: `BundleError` naming the file and what is wrong with it, `SystemError` when it cannot be read.
    public init(path: String) throws {
        try self.init(path: path, memberOf: nil)
    }

    /// Reads a bundle, or a member of `ensemble`, which cannot be one itself.
    private init(path: String, memberOf ensemble: String?) throws {
        let (description, text) = try ModelBundle.readDescription(path)
        let members = try ModelBundle.readMembers(description, path, memberOf: ensemble)
        let weightsPath = "\(path)/\(ModelBundle.weightsFile)"
        let bytes = try readFile(weightsPath, limit: ModelBundle.weightsLimit)
        (detector, selfTest) = try located(in: weightsPath) {
            guard bytes.count == description.weights.bytes else {
                throw BundleError("expected \(description.weights.bytes) bytes, found \(bytes.count)")
            }
            guard Digest.hexadecimal(of: bytes) == description.weights.sha256 else {
                throw BundleError("the SHA-256 differs from the one in \(ModelBundle.descriptionFile)")
            }
            var tensors = try SafeTensors.decode(bytes)
            let columns = description.features.columns
            let length = description.window.length
            let selfTest = try SelfTest(takenFrom: &tensors, columns: columns, length: length)
            let detector =
                try members
                ?? description.architecture.detector(tensors: tensors, columns: columns, length: length)
            return (detector, selfTest)
        }
        self.description = description
        self.text = text
        digest = Digest.hexadecimal(of: text)
    }

    /// The members that `description` names, as one detector; nil where it is not of an ensemble.
    private static func readMembers(
        _ description: ModelDescription, _ path: String, memberOf ensemble: String?
    ) throws -> EnsembleDetector? {
        guard case .ensemble(let architecture) = description.architecture else { return nil }
        return try located(in: "\(path)/\(descriptionFile)") {
            if let ensemble {
                throw BundleError("a member of \(ensemble) is an ensemble itself; expected a model that judges alone")
            }
            let members = try architecture.members.map { named in
                try ModelBundle(path: "\(path)/\(membersFolder)/\(named.version)", memberOf: description.name)
            }
            let detector = try EnsembleDetector(architecture, members: members)
            guard detector.columns == description.features.columns, detector.length == description.window.length else {
                throw BundleError(
                    "the members take windows of \(detector.length) rows with the columns "
                        + "\(detector.columns.joined(separator: ", ")); expected \(description.window.length) rows with "
                        + description.features.columns.joined(separator: ", "))
            }
            return detector
        }
    }

    private static func readDescription(_ path: String) throws -> (ModelDescription, text: [UInt8]) {
        let file = "\(path)/\(descriptionFile)"
        let text = try readFile(file, limit: descriptionLimit)
        return (try located(in: file) { try decodedDescription(text) }, text)
    }

    /// What `model.json` of the bundle in the directory `path` says, its weights unread; and the model's version.
    ///
    /// - Throws: `BundleError` naming the file and what is wrong with it, `SystemError` when it cannot be read.
    public static func description(path: String) throws -> (ModelDescription, version: String) {
        let (description, text) = try readDescription(path)
        return (description, version(description.name, Digest.hexadecimal(of: text)))
    }

    /// Throws `SystemError` when no bundle can be written to `path`; for programs that work long before they write.
    public static func checkWritable(_ path: String) throws {
        try AtomicDirectory.checkReplaceable(path, marker: descriptionFile)
    }

    /// Writes the bundle to the directory `path`, replacing a bundle or an empty directory that is there.
    ///
    /// - Throws: `SystemError`; `path` is then as it was.
    public func write(to path: String) throws {
        let directory = try AtomicDirectory(path, replacing: ModelBundle.descriptionFile)
        try write(into: directory, below: "")
        try directory.commit()
    }

    /// Writes the files whose names begin with `folder`, which is empty or ends with a slash.
    private func write(into directory: AtomicDirectory, below folder: String) throws {
        let weights = try ModelBundle.encodedWeights(detector, selfTest)
        guard Digest.hexadecimal(of: weights) == description.weights.sha256 else {
            throw BundleError("the weights of \(version) were laid out by another program, and cannot be copied")
        }
        try directory.write(weights, to: folder + ModelBundle.weightsFile)
        try directory.write(text, to: folder + ModelBundle.descriptionFile)
        guard !members.isEmpty else { return }
        try directory.createFolder(folder + ModelBundle.membersFolder)
        for member in members {
            let name = "\(folder)\(ModelBundle.membersFolder)/\(member.version)"
            try directory.createFolder(name)
            try member.write(into: directory, below: "\(name)/")
        }
    }

    private static func encodedWeights(_ detector: any Detector, _ selfTest: SelfTest) throws -> [UInt8] {
        try SafeTensors.encode(detector.tensors.merging(selfTest.tensors) { weights, _ in weights })
    }

    private static func encoded(_ description: ModelDescription) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(description)) + [UInt8(ascii: "\n")]
    }

    private static func version(_ name: String, _ digest: String) -> String { "\(name)-\(digest.prefix(12))" }

    /// `ModelDescription.featureDigest`; of an ensemble, the SHA-256 of those of its members.
    public var featureDigest: String {
        guard !members.isEmpty else { return description.featureDigest }
        return Digest.hexadecimal(of: members.flatMap { Array($0.featureDigest.utf8) })
    }

    /// The columns of an array that does not name them: those that the model cannot do without.
    public func plainColumns() throws -> [String] {
        try EnsembleDetector.union(
            (members.isEmpty ? [self] : members).map { try $0.description.features.adapted(to: []).inputs })
    }

    /// Reads `model.json` as far as it stands for itself.
    private static func decodedDescription(_ text: [UInt8]) throws -> ModelDescription {
        struct Format: Decodable {
            var version: Int

            enum CodingKeys: String, CodingKey {
                case version = "format_version"
            }
        }
        let description: ModelDescription
        do {
            let version = try JSONDecoder().decode(Format.self, from: Data(text)).version
            guard version == ModelDescription.formatVersion else {
                throw BundleError(
                    "format version \(version) is unknown; this program reads \(ModelDescription.formatVersion)")
            }
            description = try JSONDecoder().decode(ModelDescription.self, from: Data(text))
        } catch let error as BundleError {
            throw error
        } catch {
            throw BundleError(explain(error))
        }
        guard !description.name.isEmpty, description.name.utf8.count <= 200 else {
            throw BundleError("the model's name is empty or longer than 200 bytes")
        }
        guard description.weights.file == weightsFile else {
            throw BundleError("the weights are called '\(description.weights.file)'; expected '\(weightsFile)'")
        }
        guard ThresholdRecord.range.contains(description.threshold.value) else {
            throw BundleError("the threshold is \(description.threshold.value); expected 0 to 1")
        }
        do {
            try description.window.validate()
        } catch {
            throw BundleError("\(error)")
        }
        return description
    }
}

extension ModelDescription {
    /// The SHA-256 of what the model's features are, in hexadecimal: what a stream's state depends on.
    public var featureDigest: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = (try? encoder.encode(features)) ?? Data()
        return Digest.hexadecimal(of: [UInt8](text))
    }
}

private func located<Result>(in file: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as BundleError {
        throw error.located(in: file)
    }
}
