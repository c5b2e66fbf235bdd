import AsyncHTTPClient
import Experiments

/// What a server knows a client by. It shows itself nowhere: not in messages, not where a value is printed or dumped.
struct Credentials: Sendable {
    /// The value of the header `Authorization`.
    let authorization: String
    private let secrets: [String]

    /// Reads `MLFLOW_TRACKING_USERNAME` with `MLFLOW_TRACKING_PASSWORD`, else `MLFLOW_TRACKING_TOKEN`; nil when neither is
    /// set.
    ///
    /// - Throws: `TrackingSetupError` when one holds a character that no header can.
    init?(environment: [String: String]) throws(TrackingSetupError) {
        let (user, password, token) = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
        if let name = environment[user], let secret = environment[password] {
            let basic = HTTPClient.Authorization.basic(username: name, password: secret)
            authorization = basic.headerValue
            secrets = [secret, String(authorization.dropFirst("Basic ".count))]
        } else if let secret = environment[token] {
            guard secret.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
                throw TrackingSetupError("\(token): expected printable characters without spaces or line ends")
            }
            authorization = "Bearer \(secret)"
            secrets = [secret]
        } else {
            return nil
        }
    }

    /// `text` without them: a server may repeat in its answer what it was sent.
    func hidden(in text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "***") }
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Tells that there are some.
    var description: String { "***" }
    /// Tells that there are some.
    var debugDescription: String { "***" }
    /// Tells nothing.
    var customMirror: Mirror { Mirror(self, children: []) }
}
