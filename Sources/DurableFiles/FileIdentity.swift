#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which file a name leads to, whatever the name: two names of one file have one identity, and so has a file that is still to
/// be made, by its folder.
///
/// Devices and pipes have none: what goes into them destroys nothing.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let node: UInt64
    /// The name within that folder; nil where the file itself is meant.
    private let name: String?

    /// That of the file or folder at `path`; nil where there can be none.
    public init?(_ path: String) {
        var information = stat()
        if stat(path, &information) == 0 {
            self.init(information)
        } else {
            let (folder, name) = splitPath(path)
            guard stat(folder, &information) == 0 else { return nil }
            self.init(information, name: name)
        }
    }

    /// That of the file that is open as `descriptor`.
    public init?(descriptor: Int32) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        self.init(information)
    }

    private init?(_ information: stat) {
        guard [S_IFREG, S_IFDIR].contains(information.st_mode & S_IFMT) else { return nil }
        self.init(information, name: nil)
    }

    private init(_ information: stat, name: String?) {
        (device, node) = (UInt64(information.st_dev), UInt64(information.st_ino))
        self.name = name
    }
}
