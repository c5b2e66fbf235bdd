import CRename

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory that appears whole under its name or not at all.
///
/// Files are written below `temporaryPath`; `commit()` syncs the directory and renames it into place. An older directory of
/// that name changes places with the new one in one step, so that a reader sees the old one or the new one, and is then
/// removed.
public final class AtomicDirectory {
    /// The name the directory will have after `commit()`.
    public let path: String
    /// Where to write until then.
    public let temporaryPath: String
    private var isOpen = true

    /// Creates the temporary neighbour of `path`, and the parents of `path` where they are missing.
    ///
    /// - Parameter marker: the file by which an older directory is known to be one that may be replaced; nil replaces an
    ///   empty directory only.
    /// - Throws: `SystemError`, as `checkReplaceable(_:marker:)` does.
    public init(_ path: String, replacing marker: String? = nil) throws {
        self.path = AtomicDirectory.trimmed(path)
        try AtomicDirectory.checkReplaceable(self.path, marker: marker)
        try AtomicDirectory.createParents(of: self.path)
        temporaryPath = AtomicFile.neighbour(of: self.path)
        guard mkdir(temporaryPath, 0o777) == 0 else { throw SystemError("create", self.path) }
    }

    deinit {
        if isOpen { AtomicDirectory.removeTree(temporaryPath) }
    }

    /// Throws `SystemError` when no directory can be made at `path`: something stands there that must not be replaced, a
    /// file, or a directory that is neither empty nor holds a file called `marker`; or the folder above it, where it is
    /// there, takes no new names. For programs that work long before they write.
    public static func checkReplaceable(_ path: String, marker: String?) throws {
        let path = trimmed(path)
        var folder = splitPath(path).directory
        while kindOfFile(folder) == nil, errno == ENOENT, folder != splitPath(folder).directory {
            folder = splitPath(folder).directory
        }
        try checkFolder(folder, takes: path)
        var information = stat()
        guard stat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFDIR else { throw SystemError("create", path, code: ENOTDIR) }
        if let marker, access("\(path)/\(marker)", F_OK) == 0 { return }
        guard entries(of: path)?.isEmpty == true else { throw SystemError("create", path, code: ENOTEMPTY) }
    }

    /// Throws `SystemError` when `folder` is no folder in which `path` can be created.
    static func checkFolder(_ folder: String, takes path: String) throws {
        guard kindOfFile(folder) == .folder else {
            throw SystemError("create", path, code: kindOfFile(folder) == nil ? errno : ENOTDIR)
        }
        guard access(folder, W_OK | X_OK) == 0 else { throw SystemError("create", path) }
    }

    /// Writes one file of the directory, whole and synced.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try AtomicFile.write(bytes, to: "\(temporaryPath)/\(name)")
    }

    /// Creates a folder in the directory, for files to be written to.
    public func createFolder(_ name: String) throws {
        let folder = "\(temporaryPath)/\(name)"
        guard mkdir(folder, 0o777) == 0 else { throw SystemError("create", folder) }
        try syncDirectory(containing: folder)
    }

    /// Gives the directory its name, replacing an older one.
    public func commit() throws {
        try commit(as: path)
    }

    /// Gives the directory the name `path` in the same folder, replacing an older one: for a name that is known only when
    /// the directory is filled.
    public func commit(as path: String) throws {
        try syncDirectory(containing: "\(temporaryPath)/.")
        var information = stat()
        if lstat(path, &information) == 0 {
            try replace(path)
        } else {
            guard rename(temporaryPath, path) == 0 else { throw SystemError("rename", path) }
            isOpen = false
        }
        try syncDirectory(containing: path)
    }

    private func replace(_ path: String) throws {
        if exchange_names(temporaryPath, path) == 0 {
            isOpen = false
            AtomicDirectory.removeTree(temporaryPath)
            return
        }
        // The file system cannot exchange: for a moment there is no directory of that name.
        let replaced = AtomicFile.neighbour(of: path)
        guard rename(path, replaced) == 0 else { throw SystemError("replace", path) }
        guard rename(temporaryPath, path) == 0 else {
            let code = errno
            _ = rename(replaced, path)
            throw SystemError("rename", path, code: code)
        }
        isOpen = false
        AtomicDirectory.removeTree(replaced)
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Creates the folders above `path` where they are missing.
    static func createParents(of path: String) throws {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            let parent = String(path[..<slash])
            guard mkdir(parent, 0o777) == 0 || errno == EEXIST else { throw SystemError("create", parent) }
            end = slash
        }
    }

    /// The names in the directory `path`; nil when it cannot be read.
    static func entries(of path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes `path` and all below; of a symbolic link only the link, never what it leads to.
    static func removeTree(_ path: String) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in entries(of: path) ?? [] { removeTree("\(path)/\(name)") }
        rmdir(path)
    }
}
