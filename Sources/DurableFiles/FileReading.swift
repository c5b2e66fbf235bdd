#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The bytes of a file.
///
/// - Parameter limit: the most bytes accepted.
/// - Throws: `SystemError`; a longer file fails with `EFBIG`.
public func readFile(_ path: String, limit: Int = .max) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try readPieces(of: path, limit: limit, expecting: { bytes.reserveCapacity($0) }) { bytes.append(contentsOf: $0) }
    return bytes
}

/// Hands the bytes of a file to `body`, piece by piece.
///
/// - Parameters:
///   - limit: the most bytes accepted.
///   - expecting: is told the file's length first, which may be wrong for what is no plain file.
/// - Throws: `SystemError`; a longer file fails with `EFBIG`.
func readPieces(
    of path: String, limit: Int = .max, expecting: (Int) -> Void = { _ in },
    _ body: (UnsafeRawBufferPointer) throws -> Void
) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw SystemError("open", path) }
    let expected = max(0, Int(information.st_size))
    guard expected <= limit else { throw SystemError("read", path, code: EFBIG) }
    expecting(expected)
    var total = 0
    let chunk = 1 << 18
    try withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 16) { buffer in
        while true {
            let count = read(descriptor, buffer.baseAddress, chunk)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path) }
            if count == 0 { return }
            total += count
            guard total <= limit else { throw SystemError("read", path, code: EFBIG) }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
