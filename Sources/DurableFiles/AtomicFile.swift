#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that appears whole under its name or not at all.
///
/// Bytes go to a file without a name, so that not even a killed program leaves anything behind, or, where the file system has
/// none, to a hidden neighbour of the destination. `commit()` syncs it and renames it into place. An instance that is dropped
/// without a commit leaves nothing behind. A symbolic link stays one: the file it leads to is replaced. An older file's
/// permissions are kept. A device or a pipe cannot be replaced and is written to directly.
public final class AtomicFile {
    /// The name the file will have after `commit()`.
    public let path: String
    /// The open descriptor of the temporary file, for writers that batch their own output.
    public let descriptor: Int32
    /// `path` with symbolic links followed.
    private let destination: String
    private var place: Place
    private var isOpen = true

    /// Where the bytes are before `commit()`.
    private enum Place {
        /// At the destination.
        case destination
        /// In a neighbour of it, at this path.
        case neighbour(String)
        /// In a file that no folder has.
        case nameless
    }

    /// Creates the temporary file for `path`.
    ///
    /// - Throws: `SystemError` when the directory cannot be written to.
    public init(_ path: String) throws {
        self.path = path
        var information = stat()
        let exists = stat(path, &information) == 0
        destination = exists ? AtomicFile.followingLinks(path) : path
        if exists, ![S_IFREG, S_IFDIR].contains(information.st_mode & S_IFMT) {
            place = .destination
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemError("create", path) }
            return
        }
        guard information.st_mode & S_IFMT != S_IFDIR else { throw SystemError("create", path, code: EISDIR) }
        if let nameless = AtomicFile.openNameless(in: splitPath(destination).directory) {
            place = .nameless
            descriptor = nameless
        } else {
            let neighbour = AtomicFile.neighbour(of: destination)
            place = .neighbour(neighbour)
            descriptor = open(neighbour, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        }
        guard descriptor >= 0 else { throw SystemError("create", path) }
        if exists { fchmod(descriptor, information.st_mode & 0o777) }
    }

    /// Throws `SystemError` when no file can be made at `path`: a folder stands there, or there is no folder for it that takes
    /// new names. For programs that work long before they write.
    public static func checkCreatable(_ path: String) throws {
        switch kindOfFile(path) {
        case .folder: throw SystemError("create", path, code: EISDIR)
        case .other where sizeOfFile(path) != nil: return
        case .file, .other, nil: try AtomicDirectory.checkFolder(splitPath(followingLinks(path)).directory, takes: path)
        }
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        removeNeighbour()
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
        if case .nameless = place { try giveName() }
        isOpen = false
        guard close(descriptor) == 0 else { throw failure("close") }
        guard case .neighbour(let neighbour) = place else { return }
        guard rename(neighbour, destination) == 0 else { throw failure("rename") }
        try syncDirectory(containing: destination)
    }

    private func failure(_ operation: String) -> SystemError {
        let error = SystemError(operation, path)
        removeNeighbour()
        return error
    }

    private func removeNeighbour() {
        if case .neighbour(let neighbour) = place { unlink(neighbour) }
    }

    /// Opens a file that goes away with its descriptor, unless it gets a name.
    ///
    /// - Returns: nil where the system or the file system has no such files.
    private static func openNameless(in directory: String) -> Int32? {
        #if os(Linux)
            // O_TMPFILE, which Glibc does not show to Swift.
            let isNameless = 0o20000000 | O_DIRECTORY
            guard access(ownDescriptors, F_OK) == 0 else { return nil }
            let descriptor = open(directory, O_WRONLY | O_CLOEXEC | isNameless, 0o666)
            return descriptor >= 0 ? descriptor : nil
        #else
            return nil
        #endif
    }

    /// Makes a file without a name a neighbour of the destination: a name that is taken cannot be given in one step.
    private func giveName() throws {
        let neighbour = AtomicFile.neighbour(of: destination)
        let file = "\(AtomicFile.ownDescriptors)/\(descriptor)"
        guard linkat(AT_FDCWD, file, AT_FDCWD, neighbour, AT_SYMLINK_FOLLOW) == 0 else {
            throw SystemError("create", path)
        }
        place = .neighbour(neighbour)
    }

    /// Where this program's open files have names.
    private static let ownDescriptors = "/proc/self/fd"

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
