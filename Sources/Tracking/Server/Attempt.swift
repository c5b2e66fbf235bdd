import AsyncHTTPClient
import DurableFiles
import NIOHTTP1

/// One attempt at calls that belong together.
struct Attempt {
    let connection: ServerConnection
    /// How long each call may take; nil for transfers, which are judged by their progress.
    let timeout: Duration?

    /// Sends a call and reads its answer.
    func send<Answer: Decodable>(_ call: Call) throws(AttemptFailure) -> Answer {
        let url = "\(connection.url)/api/2.0/mlflow/\(call.path)"
        var request = try request(call.method, url, what: call.endpoint)
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let sink = AnswerSink(limit: ServerConnection.answerLimit)
        let answer = try connection.exchange(request, into: sink, timeout: timeout, what: call.endpoint)
        guard answer.isSuccess else { throw connection.failure(answer, call.endpoint) }
        do {
            return try Wire.decoder.decode(Answer.self, from: Wire.data(answer.body))
        } catch {
            throw AttemptFailure(.damaged(connection.surprise(answer, call.endpoint, expected: "MLflow's JSON")))
        }
    }

    /// Sends a call; nil when what it asks for is not there.
    func find<Answer: Decodable>(_ call: Call) throws(AttemptFailure) -> Answer? {
        do {
            return try send(call)
        } catch  where error.code == "RESOURCE_DOES_NOT_EXIST" {
            return nil
        }
    }

    /// Sends the file at `path`.
    func upload(_ path: String, to place: ProxiedPlace, what: String) throws(AttemptFailure) {
        let upload: FileUpload
        do {
            upload = try FileUpload(path)
        } catch {
            throw AttemptFailure(.missing("\(error)"))
        }
        var request = try request(.PUT, place.url, what: what, isOurs: place.isOurs)
        request.headers.add(name: "Content-Type", value: "application/octet-stream")
        request.body = upload.body
        let sink = AnswerSink(limit: ServerConnection.answerLimit)
        let answer = try connection.exchange(request, into: sink, timeout: timeout, what: what)
        guard answer.isSuccess else { throw connection.failure(answer, what) }
        // A page to sign in at, which some proxies answer everything with, keeps nothing.
        guard answer.body.isEmpty || (try? Wire.decoder.decode(Wire.Done.self, from: Wire.data(answer.body))) != nil
        else {
            throw AttemptFailure(.damaged(connection.surprise(answer, what, expected: "MLflow's JSON")))
        }
    }

    /// Fetches a file to `path`, where it appears whole or not at all.
    func download(_ place: ProxiedPlace, to path: String, limit: Int, what: String) throws(AttemptFailure) {
        do {
            let file = try AtomicFile(path)
            let sink = AnswerSink(
                file: file, limit: limit, mayBePage: place.url.hasSuffix(".html") || place.url.hasSuffix(".htm"),
                patience: connection.settings.requestTimeout)
            let request = try request(.GET, place.url, what: what, isOurs: place.isOurs)
            let answer = try connection.exchange(request, into: sink, timeout: timeout, what: what)
            guard answer.isSuccess else { throw connection.failure(answer, what) }
            guard answer.status == 200, !sink.isPage else {
                throw AttemptFailure(.damaged(connection.surprise(answer, what, expected: "the file")))
            }
            try file.commit()
        } catch let error as AttemptFailure {
            throw error
        } catch {
            throw AttemptFailure(.refused("\(error)"))
        }
    }

    private func request(
        _ method: HTTPMethod, _ url: String, what: String, isOurs: Bool = true
    ) throws(AttemptFailure) -> HTTPClient.Request {
        do {
            var request = try HTTPClient.Request(url: url, method: method)
            request.headers.add(name: "User-Agent", value: "borescope")
            if isOurs, let credentials = connection.settings.credentials {
                request.headers.add(name: "Authorization", value: credentials.authorization)
            }
            return request
        } catch {
            throw AttemptFailure(.refused("\(connection.url): \(what): this is no URL that can be asked"))
        }
    }
}
