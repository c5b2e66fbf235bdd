import Experiments

/// How an MLflow server is reached: what MLflow's own clients read from the environment, under the same names.
public struct ServerSettings: Sendable {
    /// How long a connection may take to come about.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a call may take, and how long a transfer of a file may stand still (`MLFLOW_HTTP_REQUEST_TIMEOUT`).
    public var requestTimeout: Duration = .seconds(30)
    /// When a call is made again.
    public var retries = RetryPolicy()
    /// Who asks.
    let credentials: Credentials?
    /// Which certificates are believed.
    let trust: Trust

    /// Which certificates of servers are believed.
    enum Trust: Sendable, Equatable {
        /// Those that the system believes.
        case system
        /// Those of this file or folder.
        case file(String)
        /// Any.
        case all
    }

    /// Reads the variables.
    ///
    /// - Throws: `TrackingSetupError` for values that mean nothing or contradict each other.
    public init(environment: [String: String]) throws(TrackingSetupError) {
        let variables = environment.filter { !$0.value.isEmpty }
        credentials = try Credentials(environment: variables)
        trust = try ServerSettings.trust(variables)
        if let text = variables["MLFLOW_HTTP_REQUEST_TIMEOUT"] {
            guard let seconds = Double(text), seconds > 0, seconds <= 86_400 else {
                throw TrackingSetupError("MLFLOW_HTTP_REQUEST_TIMEOUT: expected seconds above 0, found '\(text)'")
            }
            requestTimeout = .seconds(seconds)
            connectTimeout = min(connectTimeout, requestTimeout)
            retries.budget = max(retries.budget, requestTimeout)
        }
        if let text = variables["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] {
            guard let count = Int(text), count >= 0, count < 1_000 else {
                throw TrackingSetupError("MLFLOW_HTTP_REQUEST_MAX_RETRIES: expected a count from 0, found '\(text)'")
            }
            retries.attempts = count + 1
        }
    }

    private static func trust(_ variables: [String: String]) throws(TrackingSetupError) -> Trust {
        let insecure = "MLFLOW_TRACKING_INSECURE_TLS"
        let certificate = "MLFLOW_TRACKING_SERVER_CERT_PATH"
        let believesAll: Bool
        switch variables[insecure]?.lowercased() {
        case nil, "false", "0": believesAll = false
        case "true", "1": believesAll = true
        case .some(let text): throw TrackingSetupError("\(insecure): expected true or false, found '\(text)'")
        }
        guard let path = variables[certificate] else { return believesAll ? .all : .system }
        guard !believesAll else {
            throw TrackingSetupError("\(insecure) and \(certificate) are both set; expected one of them")
        }
        return .file(path)
    }
}
