import DurableFiles
import Experiments

/// Artifacts: through the server's proxy, or where its folder is one of this machine's, straight there.
extension MLflowServer {
    /// Sends a file, piece by piece.
    ///
    /// - Throws: `TrackingError`; `refused` where the server does not pass artifacts on.
    public func put(_ path: String, as name: ArtifactName, of run: RunRecord) throws {
        switch try place(of: run) {
        case .proxied(let root):
            let place = try root.appending(name, server: self.name)
            try connection.transferring { attempt throws(AttemptFailure) in
                try attempt.upload(path, to: place, what: "artifact \(name)")
            }
        case .folder(let folder):
            guard kindOfFile(path) == .file else { throw TrackingError.missing("\(path): expected a file") }
            try copy(path, to: "\(folder)/\(name)", limit: .max)
            // A folder of the same name on another machine is not the server's.
            let parent = name.components.dropLast().joined(separator: "/")
            let siblings = try artifacts(in: parent.isEmpty ? .root : ArtifactName(parent), of: run)
            guard siblings.contains(where: { $0.name == name }) else {
                throw unproxied(run)
            }
        }
    }

    /// The files below a folder, as the server lists them; names that lead elsewhere are refused.
    public func artifacts(in folder: ArtifactName, of run: RunRecord) throws -> [ArtifactEntry] {
        var files: [ArtifactEntry] = []
        var folders = [folder]
        var count = 0
        while let folder = folders.popLast() {
            let entries = try list(folder, run)
            count += entries.count
            guard count <= MLflowServer.mostArtifacts else {
                throw TrackingError.damaged(
                    "\(name): artifacts/list: run \(run.id) has more than \(MLflowServer.mostArtifacts) artifacts")
            }
            for entry in entries {
                let name = try ArtifactName(entry.path)
                guard name.below(folder)?.components.count == 1 else {
                    throw TrackingError.damaged(
                        "\(self.name): artifacts/list: '\(name)' does not stand in the folder '\(folder)' that was asked for"
                    )
                }
                if entry.isDir ?? false {
                    folders.append(name)
                } else {
                    files.append(ArtifactEntry(name: name, bytes: entry.fileSize.map { Int($0.value) }))
                }
            }
        }
        return files.sorted { $0.name < $1.name }
    }

    /// Fetches a file, piece by piece; `path` appears whole or not at all.
    public func get(_ name: ArtifactName, of run: RunRecord, to path: String, limit: Int) throws {
        switch try place(of: run) {
        case .proxied(let root):
            let place = try root.appending(name, server: self.name)
            do {
                if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
                    try createFolder(String(path[..<slash]))
                }
            } catch {
                throw TrackingError.refused("\(error)")
            }
            try connection.transferring { attempt throws(AttemptFailure) in
                try attempt.download(place, to: path, limit: limit, what: "artifact \(name) of run \(run.id)")
            }
        case .folder(let folder):
            guard kindOfFile("\(folder)/\(name)") == .file else {
                throw TrackingError.missing("\(self.name): run \(run.id) has no artifact \(name)")
            }
            try copy("\(folder)/\(name)", to: path, limit: limit)
        }
    }

    private static let mostArtifacts = 100_000

    private func list(_ folder: ArtifactName, _ run: RunRecord) throws -> [ArtifactPage.Item] {
        let path = folder == .root ? nil : "\(folder)"
        return try connection.retrying { attempt throws(AttemptFailure) in
            try attempt.all(of: ArtifactPage.self) { token in
                .get("artifacts/list", ["run_id": run.id, "path": path, "page_token": token])
            }
        }
    }

    private func copy(_ path: String, to copy: String, limit: Int) throws {
        do {
            try copyFile(path, to: copy, limit: limit)
        } catch {
            throw TrackingError.refused("\(error)")
        }
    }

    private func place(of run: RunRecord) throws -> ArtifactPlace {
        if let root = try ProxiedPlace(run.artifactURI, server: name) { return .proxied(root) }
        // The folders of the run and of the experiment appear with the first artifact.
        if let folder = FileURI.path(in: run.artifactURI),
            kindOfFile(folder) == .folder || kindOfFile(folder.removing(last: 3)) == .folder
        {
            return .folder(folder)
        }
        throw unproxied(run)
    }

    private func unproxied(_ run: RunRecord) -> TrackingError {
        .refused(
            "\(name): the artifacts of run \(run.id) are at '\(run.artifactURI)', which is not reached from here; expected a "
                + "server that passes them on (mlflow server --artifacts-destination …)")
    }
}

extension String {
    /// The path without its last components.
    fileprivate func removing(last count: Int) -> String {
        split(separator: "/").dropLast(count).reduce("/") { "\($0)\($1)/" }
    }
}

private enum ArtifactPlace {
    case proxied(ProxiedPlace)
    case folder(String)
}

/// A place behind the server's proxy for artifacts, `mlflow-artifacts:/1/RUN/artifacts`.
struct ProxiedPlace: Sendable {
    /// Its URL.
    let url: String
    /// Whether it is the tracking server that answers there; only then is it told who asks.
    let isOurs: Bool

    /// Reads a URI of artifacts; nil when it is of another scheme.
    ///
    /// - Parameter server: the URL of the tracking server.
    /// - Throws: `TrackingError.damaged` when it leads somewhere no artifacts can be.
    init?(_ uri: String, server: String) throws {
        guard uri.hasPrefix("mlflow-artifacts:") else { return nil }
        var path = uri.dropFirst("mlflow-artifacts:".count)
        var authority: Substring = ""
        if path.hasPrefix("//") {
            authority = path.dropFirst(2).prefix { $0 != "/" }
            path = path.dropFirst(2 + authority.count)
        }
        let known = authority.utf8.allSatisfy { byte in
            byte > 32 && byte < 127 && !"@?#%\\<>\"".utf8.contains(byte)
        }
        guard known, path.hasPrefix("/") else {
            throw TrackingError.damaged("\(server): '\(AnswerText.firstLine(of: uri))' is no place of artifacts")
        }
        _ = try ArtifactName(String(path.dropFirst()).percentDecoded)
        let scheme = server.hasPrefix("https://") ? "https://" : "http://"
        let own = server.dropFirst(scheme.count).prefix { $0 != "/" }
        isOurs = authority.isEmpty || authority.lowercased() == own.lowercased()
        let base = isOurs ? server : scheme + authority
        url = "\(base)/api/2.0/mlflow-artifacts/artifacts\(path.percentEncoded(keeping: "/%"))"
    }

    private init(url: String, isOurs: Bool) {
        self.url = url
        self.isOurs = isOurs
    }

    /// The place of an artifact.
    ///
    /// - Throws: `TrackingError.refused` for names that MLflow takes for others or not at all.
    func appending(_ name: ArtifactName, server: String) throws -> ProxiedPlace {
        let text = name.description
        guard !text.contains("#"), text.percentDecoded == text else {
            throw TrackingError.refused(
                "\(server): MLflow cannot keep an artifact called '\(text)'; expected a name without # and without % "
                    + "before two hexadecimal digits")
        }
        return ProxiedPlace(url: "\(url)/\(text.percentEncoded(keeping: "/"))", isOurs: isOurs)
    }
}

private struct ArtifactPage: ServerPage {
    struct Item: Decodable {
        var path: String
        var isDir: Bool?
        var fileSize: Wire.Integer?
    }

    var files: [Item]?
    var nextPageToken: String?

    var items: [Item] { files ?? [] }
}
