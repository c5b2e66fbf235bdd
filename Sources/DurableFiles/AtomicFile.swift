#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that appears whole under its name or not at all.
///
/// Bytes go to a hidden neighbour of the destination; `commit()` syncs it and renames it into place. An instance that
/// is dropped without a commit leaves nothing behind. A symbolic link stays one: the file it leads to is replaced. An older
/// file's permissions are kept. A device or a pipe cannot be replaced and is written to directly.
public final class AtomicFile {
    /// The name the file will have after `commit()`.
    public let path: String
    /// The open descriptor of the temporary file, for writers that batch their own output.
    public let descriptor: Int32
    /// `path` with symbolic links followed.
    private let destination: String
    /// Nil when the destination is written to directly.
    private let temporaryPath: String?
    private var isOpen = true

    /// Creates the temporary neighbour of `path`.
    ///
    /// - Throws: `SystemError` when the directory cannot be written to.
    public init(_ path: String) throws {
        self.path = path
        var information = stat()
        let exists = stat(path, &information) == 0
        destination = exists ? AtomicFile.followingLinks(path) : path
        if exists, ![S_IFREG, S_IFDIR].contains(information.st_mode & S_IFMT) {
            temporaryPath = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemError("create", path) }
            return
        }
        guard information.st_mode & S_IFMT != S_IFDIR else { throw SystemError("create", path, code: EISDIR) }
        let neighbour = AtomicFile.neighbour(of: destination)
        temporaryPath = neighbour
        descriptor = open(neighbour, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("create", path) }
        if exists { fchmod(descriptor, information.st_mode & 0o777) }
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        if let temporaryPath { unlink(temporaryPath) }
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
    ///
    /// - Throws: `SystemError`; nothing is left behind then.
    public func commit() throws {
        // A pipe or a terminal has nothing to sync.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw SystemError("sync", path) }
        isOpen = false
        guard close(descriptor) == 0 else { throw failure("close") }
        guard let temporaryPath else { return }
        guard rename(temporaryPath, destination) == 0 else { throw failure("rename") }
        try syncDirectory(containing: destination)
    }

    private func failure(_ operation: String) -> SystemError {
        let error = SystemError(operation, path)
        if let temporaryPath { unlink(temporaryPath) }
        return error
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

    private static func followingLinks(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
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
    guard descriptor >= 0 else { throw SystemError("sync", directory) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw SystemError("sync", directory) }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
