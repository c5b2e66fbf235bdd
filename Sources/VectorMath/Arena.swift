#if canImport(Glibc)
    import Glibc
#endif

/// Memory that buffers are cut from, one after the other, and that is freed with the last of them.
///
/// It asks the system for large pages. A training step walks through megabytes in strides, and with pages of 4 KB it
/// waits for their addresses: a processor knows those of some thousand pages at a time, and inside a virtual machine each
/// other one costs two walks through tables.
public final class Arena {
    private static let largePage = 1 << 21
    /// A cache line.
    static let alignment = 64

    private var chunks: [UnsafeMutableRawPointer] = []
    private var rest = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Nothing is taken before it is asked for.
    public init() {}

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Cuts off `count` bytes, on a cache-line boundary.
    func take(_ count: Int) -> UnsafeMutableRawPointer {
        let size = (count + Arena.alignment - 1) / Arena.alignment * Arena.alignment
        if let base = rest.baseAddress, size <= rest.count {
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[size...])
            return base
        }
        let room = (size + Arena.largePage - 1) / Arena.largePage * Arena.largePage
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: Arena.largePage)
        #if os(Linux)
            // Where it is refused, the pages are small and everything else is the same.
            madvise(chunk, room, MADV_HUGEPAGE)
        #endif
        chunks.append(chunk)
        rest = UnsafeMutableRawBufferPointer(start: chunk + size, count: room - size)
        return chunk
    }
}
