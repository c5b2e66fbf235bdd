#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where runs are recorded and models are registered: what `MLFLOW_TRACKING_URI` names.
public enum TrackingDestination: Hashable, Sendable, CustomStringConvertible {
    /// An SQLite database in MLflow's schema, by its absolute path; artifacts stand in `mlartifacts` beside it.
    case local(database: String)
    /// An MLflow server, by its URL without a slash at the end.
    case server(url: String)

    /// The variable that names it.
    public static let variable = "MLFLOW_TRACKING_URI"

    /// The destination that the environment names; without one `mlflow.db` in the working directory, as MLflow has it.
    ///
    /// - Throws: `TrackingSetupError` when it names nothing that runs can be kept in.
    public static func current() throws -> TrackingDestination {
        let text = getenv(variable).map { String(cString: $0) } ?? ""
        return try TrackingDestination(text.isEmpty ? "sqlite:///mlflow.db" : text)
    }

    /// Reads `sqlite:///relative/path.db`, `sqlite:////absolute/path.db`, `http://…` or `https://…`.
    ///
    /// - Throws: `TrackingSetupError` for anything else, and for a URL that carries a password.
    public init(_ text: String) throws {
        if let rest = text.prefixRemoved("sqlite:///") {
            guard !rest.isEmpty, !rest.contains("?") else {
                throw TrackingSetupError("\(TrackingDestination.variable): expected sqlite:///FILE, found '\(text)'")
            }
            self = .local(database: absolutePath(String(rest)))
        } else if let rest = text.prefixRemoved("http://") ?? text.prefixRemoved("https://") {
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            guard !authority.contains("@") else {
                throw TrackingSetupError(
                    "\(TrackingDestination.variable): a URL with a user or a password is kept by every log; "
                        + "expected them in MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD")
            }
            guard !authority.isEmpty, !text.contains("?"), !text.contains("#") else {
                throw TrackingSetupError(
                    "\(TrackingDestination.variable): expected http(s)://HOST:PORT, found '\(text)'")
            }
            var url = text
            while url.hasSuffix("/") { url.removeLast() }
            self = .server(url: url)
        } else {
            throw TrackingSetupError(
                "\(TrackingDestination.variable): expected sqlite:///FILE, http:// or https://, found '\(text)'")
        }
    }

    /// The URI that `MLFLOW_TRACKING_URI` would have.
    public var description: String {
        switch self {
        case .local(let database): "sqlite:///\(database)"
        case .server(let url): url
        }
    }
}

/// A tracking setup that cannot be used: a variable, an option or a folder.
public struct TrackingSetupError: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what was expected.
    public let description: String

    /// Explains what is wrong.
    public init(_ description: String) {
        self.description = description
    }
}

extension String {
    fileprivate func prefixRemoved(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}

/// `path` from the root; the file need not be there.
func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    guard let buffer = getcwd(nil, 0) else { return path }
    defer { free(buffer) }
    return String(cString: buffer) + "/" + path
}
