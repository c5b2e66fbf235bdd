import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A server on loopback that answers each request as a test says, however wrongly. Every connection brings one request.
final class ScriptedServer: @unchecked Sendable {
    /// A request as it arrived.
    struct Request: Sendable {
        var method: String
        var path: String
        /// Names in small letters.
        var headers: [String: String]
        var body: String
    }

    /// An answer.
    enum Reply: Sendable {
        /// These bytes, then the end of the connection.
        case bytes(String)
        /// Nothing for a while, then the end of the connection.
        case silence(Double)

        /// A whole answer.
        static func answer(
            _ status: Int, _ body: String, type: String = "application/json", _ headers: [String] = []
        ) -> Reply {
            let lines =
                ["HTTP/1.1 \(status) Said", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + headers
                + ["Connection: close"]
            return .bytes(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        }
    }

    /// `http://127.0.0.1:PORT`
    let url: String
    private let listener: Int32
    private let lock = NSLock()
    private var arrived: [Request] = []

    /// Answers with `reply`, which gets each request and its number from 0.
    init(_ reply: @escaping @Sendable (_ request: Request, _ number: Int) -> Reply) throws {
        let (listener, port) = try LoopbackSocket.bound()
        self.listener = listener
        url = "http://127.0.0.1:\(port)"
        listen(listener, 64)
        Thread.detachNewThread { [weak self] in
            defer { close(listener) }
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                guard let self else {
                    close(connection)
                    return
                }
                Thread.detachNewThread { self.serve(connection, reply) }
            }
        }
    }

    // Who accepts closes it: until then no other socket gets its number.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// What has been asked so far.
    var requests: [Request] { lock.withLock { arrived } }

    /// A URL at which nobody listens.
    static func deadURL() throws -> String {
        let (socket, port) = try LoopbackSocket.bound()
        close(socket)
        return "http://127.0.0.1:\(port)"
    }

    private func serve(_ connection: Int32, _ reply: (Request, Int) -> Reply) {
        defer { close(connection) }
        guard let request = read(connection) else { return }
        let number = lock.withLock {
            arrived.append(request)
            return arrived.count - 1
        }
        switch reply(request, number) {
        case .bytes(let text):
            _ = LoopbackSocket.sendAll(Array(text.utf8)[...], to: connection)
            // So that the end does not overtake the answer in the client.
            Thread.sleep(forTimeInterval: 0.02)
        case .silence(let seconds): Thread.sleep(forTimeInterval: seconds)
        }
    }

    private func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
                let words = lines[0].split(separator: " ").map(String.init)
                let pairs = lines.dropFirst().compactMap { line in
                    line.firstIndex(of: ":").map {
                        (line[..<$0].lowercased(), line[$0...].dropFirst().trimmingCharacters(in: .whitespaces))
                    }
                }
                let headers = [String: String](pairs) { $1 }
                let body = text[end.upperBound...]
                if body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 {
                    return Request(method: words[0], path: words[1], headers: headers, body: String(body))
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }
}
