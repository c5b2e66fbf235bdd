import Experiments

extension TrackingDestination {
    /// Opens the store.
    ///
    /// - Parameters:
    ///   - creates: whether to make a local one where there is none.
    ///   - environment: the variables of MLflow's that say how a server is reached.
    /// - Throws: `TrackingError`, `TrackingSetupError`.
    public func store(creates: Bool, environment: [String: String]) throws -> any TrackingStore {
        switch self {
        case .local(let database): try LocalStore(database: database, creates: creates)
        case .server(let url): try MLflowServer(url: url, environment: environment)
        }
    }
}
