import AsyncHTTPClient
import DurableFiles
import Experiments
import NIOCore
import NIOSSL

/// Requests to an MLflow server: sent, judged, and where it may help sent again.
final class ServerConnection: Sendable {
    /// The server's URL without a slash at the end.
    let url: String
    let settings: ServerSettings
    private let client: HTTPClient

    /// The longest answer that is no artifact.
    static let answerLimit = 64 << 20

    /// Opens no connection yet.
    ///
    /// - Throws: `TrackingSetupError` when the certificates cannot be read.
    init(url: String, settings: ServerSettings) throws(TrackingSetupError) {
        self.url = url
        self.settings = settings
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try ServerConnection.security(settings.trust), redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(settings.connectTimeout), read: TimeAmount(settings.requestTimeout),
                write: TimeAmount(settings.requestTimeout)))
        configuration.httpVersion = .http1Only
        // Who retries is `RetryPolicy`, which also gives up.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than the servers keep connections, so that rarely one is used that the server is about to close.
        configuration.connectionPool.idleTimeout = .seconds(1)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { client.shutdown { _ in } }

    private static func security(_ trust: ServerSettings.Trust) throws(TrackingSetupError) -> TLSConfiguration {
        var security = TLSConfiguration.makeClientConfiguration()
        switch trust {
        case .system: break
        case .all: security.certificateVerification = .none
        case .file(let path):
            let isUsable =
                switch kindOfFile(path) {
                case .folder: true
                case .file: (try? NIOSSLCertificate.fromPEMFile(path))?.isEmpty == false
                case .other, nil: false
                }
            guard isUsable else {
                throw TrackingSetupError("MLFLOW_TRACKING_SERVER_CERT_PATH: expected certificates in PEM in '\(path)'")
            }
            security.trustRoots = .file(path)
        }
        return security
    }

    /// Calls `body` until it succeeds or there is no point in going on. It may make several calls that belong together.
    func retrying<Value>(
        _ body: (Attempt) throws(AttemptFailure) -> Value
    ) throws(TrackingError) -> Value {
        try settings.retries.run(.fromStart) { left throws(AttemptFailure) in
            try body(Attempt(connection: self, timeout: self.timeout(left)))
        }
    }

    /// Calls `body`, which transfers a file and may take long, until it succeeds or there is no point in going on.
    func transferring<Value>(
        _ body: (Attempt) throws(AttemptFailure) -> Value
    ) throws(TrackingError) -> Value {
        try settings.retries.run(.fromFailure) { _ throws(AttemptFailure) in
            try body(Attempt(connection: self, timeout: nil))
        }
    }

    /// Makes one call, again where it may help.
    func call<Answer: Decodable>(_ call: Call) throws(TrackingError) -> Answer {
        try retrying { attempt throws(AttemptFailure) in try attempt.send(call) }
    }

    /// At least a moment, at most what a call may take.
    private func timeout(_ left: Duration) -> Duration {
        min(settings.requestTimeout, max(left, settings.retries.firstDelay))
    }

    /// One request and its answer, whatever its status.
    ///
    /// - Parameter what: what is asked, for messages.
    func exchange(
        _ request: HTTPClient.Request, into sink: AnswerSink, timeout: Duration?, what: String
    ) throws(AttemptFailure) -> HTTPAnswer {
        do {
            return try client.execute(
                request: request, delegate: sink, eventLoop: .indifferent,
                deadline: timeout.map { .now() + TimeAmount($0) }
            ).wait()
        } catch is AnswerSink.EnoughRead {
            return sink.answer
        } catch {
            throw failure(error, sink, what)
        }
    }
}
