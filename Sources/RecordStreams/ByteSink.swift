/// Standard output, or a file that appears whole when it is finished.
public final class ByteSink {
    /// Opens `path`; nil and `-` are standard output.
    public init(path: String?) throws { preconditionFailure() }
    /// Appends `bytes` to the buffer, writing it out when it is full.
    public func write(_ bytes: UnsafeRawBufferPointer) throws { preconditionFailure() }
    /// Writes out what is buffered (a file is not visible under its name before `finish()`).
    public func flush() throws { preconditionFailure() }
    /// Flushes, checks the close, and gives a file its name.
    public func finish() throws { preconditionFailure() }
}
