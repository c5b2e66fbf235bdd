import DurableFiles
import Experiments

/// Bundles of a server, kept on this machine by the digest of their `model.json`, so that a model is copied once and judges
/// also while the server is away.
///
/// A bundle appears in the cache whole and checked: its description has the digest that was asked for, and `check` has read
/// all of it.
public struct BundleCache {
    /// The variable that names it.
    public static let variable = "BORESCOPE_CACHE"
    /// The longest file accepted, in bytes.
    static let fileLimit = 1 << 32
    /// The most files accepted in a bundle.
    static let countLimit = 1000
    /// The name of a bundle's description.
    static let descriptionFile = "model.json"
    /// What only MLflow reads.
    static let foreignFile = "MLmodel"

    /// The folder.
    public let path: String
    private let check: (String) throws -> Void

    /// A cache in the folder `path`.
    ///
    /// - Parameter check: reads the bundle in a directory, and throws when it cannot be used.
    public init(path: String, check: @escaping (String) throws -> Void) {
        self.path = path
        self.check = check
    }

    /// The cache of this user: `$BORESCOPE_CACHE`, or `borescope/models` in `$XDG_CACHE_HOME`, which is `~/.cache` where it is
    /// not set.
    ///
    /// - Throws: `TrackingSetupError` when none of these variables is set.
    public static func currentPath() throws -> String {
        try userFolder(variable, base: "XDG_CACHE_HOME", below: ".cache", name: "borescope/models")
    }

    /// Where the bundle with this digest stands; nil when it is not here.
    public func bundle(_ digest: String) -> String? {
        let folder = "\(path)/\(digest)"
        guard BundleCache.isDigest(digest),
            (try? Digest.ofFile("\(folder)/\(BundleCache.descriptionFile)").hexadecimal) == digest
        else { return nil }
        touch(folder)
        return folder
    }

    /// Copies the bundle in `folder` of a run's artifacts to the cache.
    ///
    /// - Parameter digest: the SHA-256 that its `model.json` must have; nil takes what is there.
    /// - Returns: where it stands, and the digest.
    /// - Throws: `TrackingError`, what `check` throws, `SystemError`; the cache is then as it was.
    public func fetch(
        _ folder: ArtifactName, of run: RunRecord, from store: any TrackingStore, digest: String?
    ) throws -> (path: String, digest: String) {
        let place = "\(store.name), run \(run.id)"
        let entries = try store.artifacts(in: folder, of: run)
        guard !entries.isEmpty else {
            throw TrackingError.missing("\(place): there is nothing in '\(folder)'; expected the files of a bundle")
        }
        guard entries.count <= BundleCache.countLimit else {
            throw TrackingError.damaged(
                "\(place): '\(folder)' holds \(entries.count) files; expected a bundle of at most \(BundleCache.countLimit)"
            )
        }
        for entry in entries where entry.bytes ?? 0 > BundleCache.fileLimit {
            throw TrackingError.damaged("\(place): '\(entry.name)' is longer than \(BundleCache.fileLimit) bytes")
        }
        let directory = try AtomicDirectory("\(path)/incoming-\(run.id)", replacing: BundleCache.descriptionFile)
        for entry in entries {
            guard let name = entry.name.below(folder), "\(name)" != BundleCache.foreignFile else { continue }
            try store.get(
                entry.name, of: run, to: "\(directory.temporaryPath)/\(name)", limit: BundleCache.fileLimit)
        }
        let description = "\(directory.temporaryPath)/\(BundleCache.descriptionFile)"
        guard kindOfFile(description) == .file else {
            throw TrackingError.damaged(
                "\(place): there is no \(BundleCache.descriptionFile) in '\(folder)'; expected the files of a bundle")
        }
        let found = try Digest.ofFile(description).hexadecimal
        if let digest, digest != found {
            throw TrackingError.damaged(
                "\(place): the SHA-256 of '\(folder)/\(BundleCache.descriptionFile)' is \(found); registered was \(digest)"
            )
        }
        try check(directory.temporaryPath)
        let destination = "\(path)/\(found)"
        if bundle(found) == nil {
            try directory.commit(as: destination)
        }
        return (destination, found)
    }

    /// What is in the cache: each bundle's digest, its length in bytes, and when it was last asked for.
    ///
    /// - Throws: `SystemError`.
    public func contents() throws -> [(digest: String, bytes: Int, lastUse: Int64)] {
        try namesInFolder(path).filter(BundleCache.isDigest).map { name in
            let folder = "\(path)/\(name)"
            return (name, try lengthOfTree(folder), modificationTime(of: folder) ?? 0)
        }
    }

    /// What interrupted copies left behind.
    ///
    /// - Throws: `SystemError`.
    public func leftovers() throws -> [String] {
        try namesInFolder(path).filter { $0.hasPrefix(".") && $0.hasSuffix(".tmp") }.map { "\(path)/\($0)" }
    }

    private static func isDigest(_ name: String) -> Bool {
        name.utf8.count == 64
            && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
