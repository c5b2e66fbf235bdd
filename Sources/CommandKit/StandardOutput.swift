import RecordStreams

/// What a program prints when it does not write a stream.
public enum StandardOutput {
    /// Writes all of `text`.
    ///
    /// - Throws: `SystemError`: a disk that is full is no success.
    public static func put(_ text: String) throws {
        try write(text, to: nil)
    }

    /// Writes `text` to the file `path`, whole; nil and `-` are standard output.
    ///
    /// - Throws: `SystemError`.
    public static func write(_ text: String, to path: String?) throws {
        let sink = try ByteSink(path: path)
        var text = text
        try text.withUTF8 { try sink.write(UnsafeRawBufferPointer($0)) }
        try sink.finish()
    }
}
