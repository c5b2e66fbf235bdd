/// The name of an artifact within a run: components joined by slashes, `model/weights.safetensors`.
///
/// It never leads out of the run's folder: no component is empty, `.` or `..`, none holds a backslash or a control
/// character, and the name neither begins nor ends with a slash. The root, which holds all, is the empty name.
public struct ArtifactName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The components.
    public let components: [String]

    /// The folder of all artifacts of a run.
    public static let root = ArtifactName(components: [])

    /// The folder that holds the model of a run.
    public static let model = ArtifactName(components: ["model"])

    private init(components: [String]) {
        self.components = components
    }

    /// Reads a name.
    ///
    /// - Throws: `TrackingError.damaged` when it could lead out of its folder.
    public init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSafe = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
                && !part.unicodeScalars.contains { $0.value < 32 || $0.value == 127 || $0 == "\\" }
        }
        guard isSafe, parts.count <= 32 else {
            throw TrackingError.damaged(
                "'\(text)' is no name of an artifact; expected folders and a file below the run")
        }
        components = parts
    }

    /// The name within `folder`; nil when it does not stand there.
    public func below(_ folder: ArtifactName) -> ArtifactName? {
        guard components.starts(with: folder.components), components.count > folder.components.count else { return nil }
        return ArtifactName(components: Array(components.dropFirst(folder.components.count)))
    }

    /// The name within this folder, from the run on.
    public func appending(_ name: ArtifactName) -> ArtifactName {
        ArtifactName(components: components + name.components)
    }

    /// The components joined by slashes.
    public var description: String { components.joined(separator: "/") }

    /// By their texts.
    public static func < (a: ArtifactName, b: ArtifactName) -> Bool { a.description < b.description }
}
