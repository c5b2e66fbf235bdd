import Experiments

/// A store on an MLflow server, over its REST interface (`/api/2.0/mlflow`).
///
/// Calls block the thread, never an event loop; any number of threads may call. What may pass, a server that restarts or is
/// busy, is waited for within the bounds of `ServerSettings.retries`; what a lost answer leaves in doubt is looked up before
/// it is done again.
public final class MLflowServer: TrackingStore, Sendable {
    /// The URL.
    public let name: String
    /// The way there.
    let connection: ServerConnection

    /// Opens no connection yet.
    ///
    /// - Parameters:
    ///   - url: with the path below which the server answers, where it has one.
    ///   - environment: MLflow's variables for credentials, certificates, timeouts and retries.
    /// - Throws: `TrackingSetupError`.
    public convenience init(url: String, environment: [String: String]) throws {
        try self.init(url: url, settings: try ServerSettings(environment: environment))
    }

    /// Opens no connection yet.
    ///
    /// - Throws: `TrackingSetupError`.
    public init(url: String, settings: ServerSettings) throws {
        guard case .server(let url) = try TrackingDestination(url) else {
            throw TrackingSetupError("expected http:// or https://, found '\(url)'")
        }
        name = url
        connection = try ServerConnection(url: url, settings: settings)
    }
}

/// A part of a long list.
protocol ServerPage: Decodable {
    associatedtype Item
    /// The items on it.
    var items: [Item] { get }
    /// Names the next page; nil or empty on the last.
    var nextPageToken: String? { get }
}

extension Attempt {
    /// All items of a list that comes in pages.
    ///
    /// - Parameter call: asks for the page of a token; nil asks for the first.
    func all<Page: ServerPage>(
        of _: Page.Type, _ call: (_ token: String?) throws(AttemptFailure) -> Call
    ) throws(AttemptFailure) -> [Page.Item] {
        var items: [Page.Item] = []
        var token: String?
        for _ in 0..<10_000 {
            let page: Page = try send(try call(token))
            items += page.items
            guard let next = page.nextPageToken, !next.isEmpty, next != token else { return items }
            token = next
        }
        throw AttemptFailure(.damaged("\(connection.url): a list without an end; expected at most 10000 pages"))
    }
}
