import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A way to a server on loopback that can be cut, and that can lose answers.
final class Relay: @unchecked Sendable {
    /// `http://127.0.0.1:PORT`
    let url: String
    private let port: UInt16
    private let server: UInt16
    private let lock = NSLock()
    private var listener: Int32
    private var connections: Set<Int32> = []
    private var losing: Set<String> = []

    /// Leads to the server that listens at `url`.
    init(to url: String) throws {
        server = UInt16(url.split(separator: ":").last ?? "") ?? 0
        (listener, port) = try LoopbackSocket.bound()
        self.url = "http://127.0.0.1:\(port)"
        serve(listener)
    }

    deinit { cut() }

    /// The server is to get the next request with this in its first line, and its answer is to be lost.
    func loseAnswer(to endpoint: String) { lock.withLock { _ = losing.insert(endpoint) } }

    /// Whether all answers that were to be lost are.
    var hasLostAll: Bool { lock.withLock { losing.isEmpty } }

    /// Ends all connections; new ones are refused.
    func cut() {
        lock.withLock {
            for socket in connections { shutdown(socket, Int32(SHUT_RDWR)) }
            shutdown(listener, Int32(SHUT_RDWR))
        }
    }

    /// Takes connections again.
    func mend() throws {
        let (socket, _) = try LoopbackSocket.bound(to: port)
        lock.withLock { listener = socket }
        serve(socket)
    }

    private func serve(_ listener: Int32) {
        listen(listener, 64)
        Thread.detachNewThread { [weak self] in
            defer { close(listener) }
            while case let client = accept(listener, nil, nil), client >= 0 {
                guard let self, let upstream = LoopbackSocket.connected(to: self.server) else {
                    close(client)
                    continue
                }
                self.lock.withLock { self.connections.formUnion([client, upstream]) }
                Thread.detachNewThread {
                    self.passRequests(client, upstream)
                    self.lock.withLock {
                        self.connections.subtract([client, upstream])
                        close(client)
                        close(upstream)
                    }
                }
            }
        }
    }

    /// Passes on what one connection brings, both ways, until either end ends it.
    private func passRequests(_ client: Int32, _ upstream: Int32) {
        var ends = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isLost = false
        while poll(&ends, 2, -1) > 0 {
            for (end, other) in [(0, upstream), (1, client)] where ends[end].revents != 0 {
                let count = recv(ends[end].fd, &buffer, buffer.count, 0)
                guard count > 0, !(isLost && end == 1) else { return }
                if end == 0 { isLost = isLost || loses(buffer[..<count]) }
                guard LoopbackSocket.sendAll(buffer[..<count], to: other) else { return }
            }
        }
    }

    private func loses(_ bytes: ArraySlice<UInt8>) -> Bool {
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        return lock.withLock {
            guard let endpoint = losing.first(where: { line.contains($0) }) else { return false }
            losing.remove(endpoint)
            return true
        }
    }
}

/// Sockets of TCP on 127.0.0.1.
enum LoopbackSocket {
    /// A socket that is bound, and its port.
    static func bound(to port: UInt16 = 0) throws -> (socket: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        if port != 0 { setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, size) }
        var address = address(port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileReadUnknown) }
        // Not before a port was chosen, or two may be given the same one; for whoever binds it again.
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    /// A connection; nil when nobody listens.
    static func connected(to port: UInt16) -> Int32? {
        let end = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(end, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isConnected { return end }
        close(end)
        return nil
    }

    /// Whether all of `bytes` could be sent.
    static func sendAll(_ bytes: ArraySlice<UInt8>, to end: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(end, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }
}
