#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that appears whole under its name or not at all.
///
/// Bytes go to a hidden neighbour of the destination; `commit()` syncs it and renames it into place. An instance that
/// is dropped without a commit leaves nothing behind.
public final class AtomicFile {
    /// The name the file will have after `commit()`.
    public let path: String
    /// The open descriptor of the temporary file, for writers that batch their own output.
    public let descriptor: Int32
    private let temporaryPath: String
    private var isOpen = true

    /// Creates the temporary neighbour of `path`.
    ///
    /// - Throws: `SystemError` when the directory cannot be written to.
    public init(_ path: String) throws {
        self.path = path
        temporaryPath = AtomicFile.neighbour(of: path)
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("create", path) }
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    /// Appends all of `bytes`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = systemWrite(descriptor, rest)
            if written < 0 {
                if errno == EINTR { continue }
                throw SystemError("write", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Makes the file durable and gives it its name, replacing an older file of that name.
    public func commit() throws {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError("sync", path) }
        guard close(descriptor) == 0 else { throw SystemError("close", path) }
        isOpen = false
        guard rename(temporaryPath, path) == 0 else {
            let code = errno
            unlink(temporaryPath)
            throw SystemError("rename", path, code: code)
        }
        try syncDirectory(containing: path)
    }

    /// Writes `bytes` to `path` in one step.
    public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let file = try AtomicFile(path)
        let contiguous = ContiguousArray(bytes)
        try contiguous.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }

    static func neighbour(of path: String) -> String {
        let (directory, name) = splitPath(path)
        return "\(directory)/.\(name).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    }
}

/// The directory and the last component of `path`; the directory of a bare name is `"."`.
func splitPath(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return (directory, String(path[path.index(after: slash)...]))
}

/// Makes a rename inside the directory of `path` survive a power cut.
func syncDirectory(containing path: String) throws {
    let directory = splitPath(path).directory
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", directory) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw SystemError("sync", directory) }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
