import AsyncHTTPClient
import DurableFiles
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What went wrong, in words for whoever has to act on it. Headers that were sent never stand in them.
extension ServerConnection {
    /// The failure that an answer without success tells of.
    func failure(_ answer: HTTPAnswer, _ what: String) -> AttemptFailure {
        let error = try? Wire.decoder.decode(Wire.Refusal.self, from: Wire.data(answer.body))
        let code = error?.errorCode ?? ""
        let said = error.map { " \(code): \(AnswerText.firstLine(of: $0.message ?? ""))" }
        let text = message(what, "\(answer.status)\(said ?? quoted(AnswerText.line(of: answer.body)))")
        switch answer.status {
        case 300..<400:
            let target = AnswerText.firstLine(of: String(answer.location.prefix { $0 != "?" }))
            return AttemptFailure(
                .refused(
                    "\(text): a redirect to '\(shown(target))', which is not followed; expected the server itself in "
                        + "MLFLOW_TRACKING_URI"))
        case 401:
            return AttemptFailure(
                .refused(
                    "\(text): \(settings.credentials == nil ? "no" : "other") credentials than expected; set "
                        + "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"))
        case 403 where text.contains("Invalid Host header"):
            return AttemptFailure(
                .refused("\(text): the server does not know itself by this name; start it with --allowed-hosts"))
        case 403:
            return AttemptFailure(
                .refused(
                    "\(text): not permitted to the user of MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or of "
                        + "MLFLOW_TRACKING_TOKEN"))
        case 408, 429, 500, 502, 503, 504:
            var failure = AttemptFailure(.unavailable(text))
            failure.mayPass = true
            failure.retryAfter = answer.retryAfter
            failure.code = code
            return failure
        case 404 where error == nil:
            return AttemptFailure(.refused("\(text): is that an MLflow server, and its path complete?"))
        default:
            var failure = AttemptFailure(answer.status == 404 ? .missing(text) : .refused(text))
            failure.code = code
            return failure
        }
    }

    /// What to say of an answer that is not what it should be.
    func surprise(_ answer: HTTPAnswer, _ what: String, expected: String) -> String {
        let type = answer.type.isEmpty ? "no content type" : AnswerText.firstLine(of: answer.type)
        return message(
            what,
            "expected \(expected), found \(answer.status) with \(type)\(quoted(AnswerText.line(of: answer.body)))")
    }

    /// The failure of a request that brought no whole answer.
    func failure(_ error: any Error, _ sink: AnswerSink, _ what: String) -> AttemptFailure {
        switch error {
        case let failure as AttemptFailure:
            var failure = failure
            if case .damaged(let text) = failure.error { failure.error = .damaged(message(what, text)) }
            return failure
        case let error as SystemError: return AttemptFailure(.refused("\(error)"))
        case is NIOSSLError where sink.answer.status == 0, is BoringSSLError where sink.answer.status == 0,
            is NIOSSLExtraError where sink.answer.status == 0:
            return AttemptFailure(
                .unavailable(
                    message(
                        what,
                        "no secure connection: \(reason(ofInsecurity: error)); a certificate that the system does not know "
                            + "is named by MLFLOW_TRACKING_SERVER_CERT_PATH")))
        default:
            var text = words(for: error)
            if sink.answer.status != 0 {
                let announced = sink.length.announced.map { " of \($0)" } ?? ""
                text = "the answer was cut short after \(sink.length.received)\(announced) bytes: \(text)"
            }
            var failure = AttemptFailure(.unavailable(message(what, text)))
            failure.mayPass = true
            return failure
        }
    }

    private func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: return words(for: error)
        case is ChannelError: return "the server closed the connection"
        case is HTTPParserError: return "the answer is not HTTP, or is cut short"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return words(for: first.error) }
            return "the host name is not known"
        default: return AnswerText.firstLine(of: "\(error)")
        }
    }

    private func words(for error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout: "no connection within \(settings.connectTimeout)"
        case .readTimeout, .writeTimeout, .deadlineExceeded: "no answer within \(settings.requestTimeout)"
        case .remoteConnectionClosed: "the server closed the connection"
        default: AnswerText.firstLine(of: "\(error)")
        }
    }

    /// What the TLS library calls its error, as `certificate verify failed`.
    private func reason(ofInsecurity error: any Error) -> String {
        let text = "\(error)"
        guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return AnswerText.firstLine(of: text) }
        return text[mark.upperBound...].prefix { $0 == "_" || $0.isLetter || $0.isNumber }.lowercased()
            .replacing("_", with: " ")
    }

    private func message(_ what: String, _ text: String) -> String { "\(url): \(what): \(shown(text))" }

    private func quoted(_ text: String) -> String { text.isEmpty ? "" : " '\(text)'" }

    private func shown(_ text: String) -> String { settings.credentials?.hidden(in: text) ?? text }
}
