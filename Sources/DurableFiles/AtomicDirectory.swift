import CRename

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory that appears whole under its name or not at all.
///
/// Files are written below `temporaryPath`; `commit()` syncs the directory and renames it into place. It changes names with
/// an existing directory in one step, so that a reader finds the old one or the new one at any moment; on file systems
/// that cannot exchange names the old one is moved aside first.
public final class AtomicDirectory {
    /// The name the directory will have after `commit()`.
    public let path: String
    /// Where to write until then.
    public let temporaryPath: String
    private var isOpen = true

    /// Creates the temporary neighbour of `path`, and the parents of `path` where they are missing.
    public init(_ path: String) throws {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = trimmed
        try AtomicDirectory.createParents(of: trimmed)
        temporaryPath = AtomicFile.neighbour(of: trimmed)
        guard mkdir(temporaryPath, 0o777) == 0 else { throw SystemError("create", trimmed) }
    }

    deinit {
        if isOpen { AtomicDirectory.removeTree(temporaryPath) }
    }

    /// Writes one file of the directory, whole and synced.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try AtomicFile.write(bytes, to: "\(temporaryPath)/\(name)")
    }

    /// Gives the directory its name, replacing an older one.
    public func commit() throws {
        try syncDirectory(containing: "\(temporaryPath)/.")
        if exchange_names(temporaryPath, path) == 0 {
            isOpen = false
            try syncDirectory(containing: path)
            AtomicDirectory.removeTree(temporaryPath)
            return
        }
        var information = stat()
        let replaced = AtomicFile.neighbour(of: path)
        let replaces = lstat(path, &information) == 0
        if replaces {
            guard rename(path, replaced) == 0 else { throw SystemError("replace", path) }
        }
        guard rename(temporaryPath, path) == 0 else {
            let code = errno
            if replaces { _ = rename(replaced, path) }
            throw SystemError("rename", path, code: code)
        }
        isOpen = false
        try syncDirectory(containing: path)
        if replaces { AtomicDirectory.removeTree(replaced) }
    }

    private static func createParents(of path: String) throws {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            let parent = String(path[..<slash])
            guard mkdir(parent, 0o777) == 0 || errno == EEXIST else { throw SystemError("create", parent) }
            end = slash
        }
    }

    private static func removeTree(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { removeTree("\(path)/\(name)") }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
