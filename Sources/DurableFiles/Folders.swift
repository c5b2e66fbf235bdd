#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Creates the folder `path`, and those above it, where they are missing.
///
/// - Throws: `SystemError`.
public func createFolder(_ path: String) throws {
    try AtomicDirectory.createParents(of: path)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw SystemError("create", path) }
}

/// The names in the folder `path`, sorted; none when it is not there.
///
/// - Throws: `SystemError` when it cannot be read.
public func namesInFolder(_ path: String) throws -> [String] {
    guard let names = AtomicDirectory.entries(of: path) else {
        if errno == ENOENT { return [] }
        throw SystemError("open", path)
    }
    return names.sorted()
}

/// Removes `path` and all below it; of a symbolic link only the link.
public func removeTree(_ path: String) {
    AtomicDirectory.removeTree(path)
}

/// What stands under a name.
public enum FileKind: Sendable {
    /// A plain file.
    case file
    /// A folder.
    case folder
    /// A device, a pipe, or a symbolic link that leads nowhere.
    case other
}

/// What stands at `path`, symbolic links followed; nil when nothing does.
public func kindOfFile(_ path: String) -> FileKind? {
    var information = stat()
    guard stat(path, &information) == 0 else {
        return lstat(path, &information) == 0 ? .other : nil
    }
    switch information.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
}

/// The length of the file at `path` in bytes; nil when there is none.
public func sizeOfFile(_ path: String) -> Int? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    return Int(information.st_size)
}

/// The length of all files below the folder `path`, in bytes.
///
/// - Throws: `SystemError`.
public func lengthOfTree(_ path: String) throws -> Int {
    try namesInFolder(path).reduce(0) { sum, name in
        let entry = "\(path)/\(name)"
        switch kindOfFile(entry) {
        case .folder: return sum + (try lengthOfTree(entry))
        case .file: return sum + (sizeOfFile(entry) ?? 0)
        case .other, nil: return sum
        }
    }
}

/// When the file or folder `path` was last changed or touched, in milliseconds since 1970; nil when it is not there.
public func modificationTime(of path: String) -> Int64? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    return Int64(information.st_mtim.tv_sec) * 1000 + Int64(information.st_mtim.tv_nsec) / 1_000_000
}

/// Sets the time of the last change of `path` to now.
public func touch(_ path: String) {
    utimensat(AT_FDCWD, path, nil, 0)
}

/// Makes `copy` hold what the file `path` holds: by a second name for the same bytes where the file system can, else by
/// copying. For files that nobody changes in place. The folders above `copy` are made.
///
/// - Throws: `SystemError`.
public func linkOrCopy(_ path: String, to copy: String) throws {
    try AtomicDirectory.createParents(of: copy)
    if link(path, copy) == 0 { return }
    try copyFile(path, to: copy)
}

/// Copies the file `path`; the copy appears whole. The folders above `copy` are made.
///
/// - Parameter limit: the most bytes accepted.
/// - Throws: `SystemError`; a longer file fails with `EFBIG`.
public func copyFile(_ path: String, to copy: String, limit: Int = .max) throws {
    try AtomicDirectory.createParents(of: copy)
    let file = try AtomicFile(copy)
    try readPieces(of: path, limit: limit) { try file.write($0) }
    try file.commit()
}
