#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A failed system call on a named file.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was attempted, in words: `"open"`, `"write"`, `"rename"`.
    public let operation: String
    /// The file as the user named it.
    public let path: String
    /// The value of `errno`.
    public let code: Int32

    /// Records `code` (by default the current `errno`) for `operation` on `path`.
    public init(_ operation: String, _ path: String, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// `path: cannot open: No such file or directory`
    public var description: String {
        "\(path): cannot \(operation): \(String(cString: strerror(code)))"
    }
}
