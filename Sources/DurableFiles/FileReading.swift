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
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw SystemError("open", path) }
    let expected = max(0, Int(information.st_size))
    guard expected <= limit else { throw SystemError("read", path, code: EFBIG) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(expected)
    let chunk = 1 << 18
    try withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 16) { buffer in
        while true {
            let count = read(descriptor, buffer.baseAddress, chunk)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path) }
            if count == 0 { return }
            guard bytes.count + count <= limit else { throw SystemError("read", path, code: EFBIG) }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
    return bytes
}
