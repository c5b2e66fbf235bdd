import DurableFiles
import SensorData

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file or standard input, read in order, decompressed where it is gzip.
public final class ByteSource {
    /// The file as the user named it; `<stdin>` for standard input.
    public let name: String
    /// Called before a read that would have to wait, so that what is known so far can be written out.
    public var beforeBlocking: (() throws -> Void)?

    private let readPlain: (UnsafeMutableRawBufferPointer) throws -> Int
    private var form = Form.unknown
    private let descriptor: Int32
    private let canBlock: Bool

    private enum Form {
        case unknown
        case plain
        case gzip(GzipInflater)
    }

    /// Opens `path`; `-` is standard input.
    ///
    /// - Throws: `SystemError` with the operation `open`.
    public init(path: String) throws {
        let isStandardInput = path == "-"
        let name = isStandardInput ? "<stdin>" : path
        let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", name) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw SystemError("open", name) }
        let kind = information.st_mode & S_IFMT
        guard kind != S_IFDIR else {
            if !isStandardInput { close(descriptor) }
            throw SystemError("open", name, code: EISDIR)
        }
        self.name = name
        self.descriptor = descriptor
        canBlock = kind != S_IFREG
        readPlain = { try ByteSource.read(descriptor, into: $0, name: name) }
    }

    /// A source whose bytes `reading` supplies: it fills the front of the buffer it is given and returns how much it
    /// wrote, 0 at the end. `beforeBlocking` is not called.
    public init(name: String, reading: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.name = name
        descriptor = -1
        canBlock = false
        readPlain = reading
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// Reads what is there, waiting only where nothing is.
    ///
    /// - Returns: the number of bytes read, 0 at the end.
    /// - Throws: `SystemError` with the operation `read`; `DataError` where gzip data are damaged or cut; whatever
    ///   `beforeBlocking` throws.
    /// - Precondition: `buffer` has room for two bytes.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        switch form {
        case .plain: return try readWaiting(into: buffer)
        case .gzip(let inflater): return try inflater.read(into: buffer, from: readWaiting)
        case .unknown:
            var count = try readWaiting(into: buffer)
            if count == 1, buffer[0] == GzipInflater.magic.0 {
                count += try readWaiting(into: UnsafeMutableRawBufferPointer(rebasing: buffer[1...]))
            }
            guard count >= 2, buffer[0] == GzipInflater.magic.0, buffer[1] == GzipInflater.magic.1 else {
                form = .plain
                return count
            }
            let head = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
            let inflater = try GzipInflater(name: name, head: head)
            form = .gzip(inflater)
            return try inflater.read(into: buffer, from: readWaiting)
        }
    }

    private func readWaiting(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if canBlock, let beforeBlocking, !isReady() { try beforeBlocking() }
        return try readPlain(buffer)
    }

    /// False when a read would have to wait.
    private func isReady() -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&request, 1, 0)
            if ready < 0, errno == EINTR { continue }
            return ready != 0
        }
    }

    private static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, name: String) throws
        -> Int
    {
        while true {
            let count = systemRead(descriptor, buffer)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&request, 1, -1)
            default: throw SystemError("read", name)
            }
        }
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
