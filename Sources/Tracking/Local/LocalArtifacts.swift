import DurableFiles
import Experiments

/// Artifacts: plain files below the folder that the run names.
extension LocalStore {
    /// Links or copies the file to the run's folder.
    public func put(_ path: String, as name: ArtifactName, of run: RunRecord) throws {
        let destination = try "\(folder(of: run))/\(name)"
        do {
            if kindOfFile(destination) == .file { removeTree(destination) }
            try linkOrCopy(path, to: destination)
        } catch let error as SystemError {
            throw TrackingError.refused("\(error)")
        }
    }

    /// The files below `folder`.
    public func artifacts(in folder: ArtifactName, of run: RunRecord) throws -> [ArtifactEntry] {
        let root = try self.folder(of: run)
        do {
            return try files(in: folder, root: root).sorted { $0.name < $1.name }
        } catch let error as SystemError {
            throw TrackingError.refused("\(error)")
        }
    }

    /// Copies an artifact.
    public func get(_ name: ArtifactName, of run: RunRecord, to path: String, limit: Int) throws {
        let source = try "\(folder(of: run))/\(name)"
        do {
            try copyFile(source, to: path, limit: limit)
        } catch let error as SystemError {
            throw TrackingError.missing("\(error)")
        }
    }

    private func files(in folder: ArtifactName, root: String) throws -> [ArtifactEntry] {
        let path = folder == .root ? root : "\(root)/\(folder)"
        return try namesInFolder(path).flatMap { text -> [ArtifactEntry] in
            let name = folder.appending(try ArtifactName(text))
            switch kindOfFile("\(root)/\(name)") {
            case .folder: return try files(in: name, root: root)
            case .file: return [ArtifactEntry(name: name, bytes: sizeOfFile("\(root)/\(name)"))]
            case .other, nil: return []
            }
        }
    }

    /// The folder of a run's artifacts.
    private func folder(of run: RunRecord) throws -> String {
        guard let path = FileURI.path(in: run.artifactURI) else {
            throw TrackingError.refused(
                "\(name): the artifacts of run \(run.id) are at '\(run.artifactURI)'; expected a folder of this machine"
            )
        }
        return path
    }
}

/// `file:` URIs, as MLflow writes them.
enum FileURI {
    /// The URI of an absolute path.
    static func text(of path: String) -> String { "file://" + path.percentEncoded(keeping: "/") }

    /// The path of a `file:` URI, or of a plain path; nil for other schemes.
    static func path(in text: String) -> String? {
        if text.hasPrefix("/") { return text }
        guard text.hasPrefix("file:") else { return nil }
        var rest = text.dropFirst("file:".count)
        if rest.hasPrefix("//") {
            // The host, which is empty or this machine.
            rest = rest.dropFirst(2).drop { $0 != "/" }
        }
        guard rest.hasPrefix("/") else { return nil }
        return rest.percentDecoded
    }
}
