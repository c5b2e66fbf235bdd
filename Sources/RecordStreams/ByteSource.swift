/// A file or standard input, read in order, decompressed where it is gzip.
public final class ByteSource {
    /// The file as the user named it; `<stdin>` for standard input.
    public let name: String
    /// Called before a read that would have to wait, so that what is known so far can be written out.
    public var beforeBlocking: (() throws -> Void)?

    /// Opens `path`; `-` is standard input.
    ///
    /// - Throws: `SystemError`.
    public init(path: String) throws {
        name = path == "-" ? "<stdin>" : path
        preconditionFailure()
    }

    /// Reads what is there, waiting only where nothing is.
    ///
    /// - Returns: the number of bytes read, 0 at the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { preconditionFailure() }
}
