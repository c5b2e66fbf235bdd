import DurableFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard output, or a file that appears whole when it is finished.
///
/// What was written reaches standard output even if the sink is dropped without `finish()`, as when an error ends a
/// program: a reader downstream gets every record before the fault. A file dropped that way leaves nothing behind.
public final class ByteSink {
    private static let capacity = 1 << 18
    /// What is as long as this is not copied before it is written.
    private static let long = 1 << 16

    private enum Destination {
        case descriptor(Int32, name: String)
        case file(AtomicFile)
        case closure((UnsafeRawBufferPointer) throws -> Void)
    }

    private let destination: Destination
    private var buffer: UnsafeMutableRawBufferPointer
    private var count = 0
    /// No more is written after a failure or after `finish()`.
    private var isOpen = true

    /// Opens `path`; nil and `-` are standard output. A path that names a device or a pipe is written to directly.
    ///
    /// - Throws: `SystemError` with the operation `create`.
    public convenience init(path: String?) throws {
        guard let path, path != "-" else {
            self.init(.descriptor(STDOUT_FILENO, name: "<stdout>"))
            return
        }
        var information = stat()
        if stat(path, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemError("create", path) }
            self.init(.descriptor(descriptor, name: path))
        } else {
            self.init(.file(try AtomicFile(path)))
        }
    }

    /// A sink that hands its bytes to `writing`, a buffer at a time.
    public convenience init(writing: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.init(.closure(writing))
    }

    private init(_ destination: Destination) {
        self.destination = destination
        if case .descriptor(let descriptor, _) = destination { ByteSink.widen(descriptor) }
        buffer = .allocate(byteCount: ByteSink.capacity, alignment: 64)
    }

    deinit {
        if case .file = destination {} else { try? flush() }
        if case .descriptor(let descriptor, _) = destination, descriptor > STDERR_FILENO { close(descriptor) }
        buffer.deallocate()
    }

    /// Appends `bytes` to the buffer, writing it out when it is full.
    ///
    /// - Throws: `SystemError` with the operation `write`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        let isLong = bytes.count >= ByteSink.long
        if isLong || bytes.count > buffer.count - count { try flush() }
        if isLong { return try writeOut(bytes) }
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// Lets `body` append up to `size` bytes in place.
    ///
    /// The buffer is written out before, never within: what one call appends reaches the destination together, so that
    /// a record is not torn.
    ///
    /// - Parameter body: writes to the front of the room it is given, which is at least `size` bytes, and returns how
    ///   much it wrote.
    @inline(__always)
    public func withSpace(atLeast size: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
        if size > buffer.count - count { try makeRoom(for: size) }
        let written = try body(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        count += written
    }

    /// Writes out what is buffered (a file is not visible under its name before `finish()`).
    public func flush() throws {
        guard count > 0 else { return }
        let pending = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        count = 0
        try writeOut(pending)
    }

    /// Flushes, checks the close, and gives a file its name.
    ///
    /// - Throws: `SystemError`; a full disk is one.
    public func finish() throws {
        guard isOpen else { return }
        try flush()
        isOpen = false
        switch destination {
        case .file(let file): try file.commit()
        case .closure: break
        case .descriptor(let descriptor, let name):
            // Some file systems report a failed write only on close. A duplicate reports it and leaves the number taken.
            let duplicate = dup(descriptor)
            guard duplicate >= 0, close(duplicate) == 0 else { throw SystemError("close", name) }
        }
    }

    /// Lets a pipe hold as much as the buffer, so that writer and reader take turns less often. Where the system knows no
    /// such wish or refuses it, the pipe stays as it is.
    private static func widen(_ descriptor: Int32) {
        #if os(Linux)
            let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which Glibc does not show to Swift
            _ = fcntl(descriptor, setPipeSize, Int32(capacity))
        #endif
    }

    private func makeRoom(for size: Int) throws {
        try flush()
        guard size > buffer.count else { return }
        buffer.deallocate()
        buffer = .allocate(byteCount: size, alignment: 64)
    }

    private func writeOut(_ bytes: UnsafeRawBufferPointer) throws {
        guard isOpen else { return }
        do {
            switch destination {
            case .file(let file): try file.write(bytes)
            case .closure(let body): try body(bytes)
            case .descriptor(let descriptor, let name): try ByteSink.write(bytes, to: descriptor, name: name)
            }
        } catch {
            isOpen = false
            throw error
        }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = systemWrite(descriptor, rest)
            if written >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&request, 1, -1)
            default: throw SystemError("write", name)
            }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
