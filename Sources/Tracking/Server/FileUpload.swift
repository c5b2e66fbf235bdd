import AsyncHTTPClient
import DurableFiles
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file on its way to a server, read piece by piece as the connection takes them.
///
/// The HTTP client asks for the pieces on one event loop.
final class FileUpload: @unchecked Sendable {
    /// Its length when it was opened, which is the length that is sent.
    let count: Int
    private let path: String
    private let descriptor: Int32
    private var sent = 0
    private static let piece = 1 << 18

    /// Opens the file.
    ///
    /// - Throws: `SystemError`.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SystemError("read", path, code: EISDIR)
        }
        count = Int(information.st_size)
    }

    deinit { close(descriptor) }

    /// The body of a request.
    var body: HTTPClient.Body {
        .stream(contentLength: Int64(count)) { self.send(to: $0) }
    }

    private func send(to writer: HTTPClient.Body.StreamWriter) -> EventLoopFuture<Void> {
        do {
            let piece = try next()
            let written = writer.write(.byteBuffer(piece))
            return sent == count ? written : written.flatMap { self.send(to: writer) }
        } catch {
            return writer.write(.byteBuffer(ByteBuffer())).flatMapThrowing { throw error }
        }
    }

    private func next() throws -> ByteBuffer {
        let wanted = min(FileUpload.piece, count - sent)
        var buffer = ByteBuffer()
        let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { bytes in
            var got: Int
            repeat { got = pread(descriptor, bytes.baseAddress, wanted, off_t(sent)) } while got < 0 && errno == EINTR
            return max(0, got)
        }
        guard got > 0 || wanted == 0 else { throw SystemError("read", path, code: EIO) }
        sent += got
        return buffer
    }
}
