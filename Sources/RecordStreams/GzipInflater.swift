import CZlib
import SensorData

/// Decompresses gzip data (RFC 1952) of one or several members.
final class GzipInflater {
    /// The first two bytes of gzip data.
    static let magic: (UInt8, UInt8) = (0x1f, 0x8b)
    private static let capacity = 1 << 16

    private let name: String
    private let stream: UnsafeMutablePointer<z_stream>
    private let compressed: UnsafeMutableRawBufferPointer
    /// Compressed bytes not yet consumed: `compressed[start ..< end]`.
    private var start = 0
    private var end = 0
    private var state = State.inside
    /// True when the last output filled its buffer, so that zlib may hold more of it.
    private var mayHoldOutput = false

    private enum State {
        /// Within a member.
        case inside
        /// Between members, where the input may end.
        case between
        /// After the last member, where only zero bytes may follow.
        case padding
    }

    /// Starts with the bytes `head`, which were read to recognise the form.
    init(name: String, head: UnsafeRawBufferPointer) throws {
        self.name = name
        compressed = .allocate(byteCount: max(GzipInflater.capacity, head.count), alignment: 16)
        compressed.copyMemory(from: head)
        end = head.count
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 asks zlib for the gzip wrapper, whose checksum and length it then verifies.
        let status = inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw DataError("\(name): cannot decompress gzip data (zlib status \(status))") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        compressed.deallocate()
    }

    /// Decompresses into `buffer` what is there, reading more through `source` where nothing is.
    ///
    /// - Returns: the number of bytes written, 0 at the end.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, from source: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> Int {
        while true {
            if mayHoldOutput {
                let count = try inflateSome(into: buffer)
                if count > 0 { return count }
            }
            if start == end {
                start = 0
                end = try source(compressed)
                if end == 0 {
                    if state == .inside { throw DataError("\(name): the gzip data are cut short") }
                    return 0
                }
            }
            switch state {
            case .inside:
                let count = try inflateSome(into: buffer)
                if count > 0 { return count }
            case .between: beginMember()
            case .padding:
                while start < end {
                    guard compressed[start] == 0 else { throw DataError("\(name): bytes follow the gzip data") }
                    start += 1
                }
            }
        }
    }

    private func beginMember() {
        guard compressed[start] == GzipInflater.magic.0 else {
            state = .padding
            return
        }
        inflateReset(stream)
        state = .inside
    }

    private func inflateSome(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        stream.pointee.next_in = (compressed.baseAddress?.advanced(by: start)).map {
            $0.assumingMemoryBound(to: UInt8.self)
        }
        stream.pointee.avail_in = UInt32(end - start)
        stream.pointee.next_out = buffer.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }
        let room = UInt32(clamping: buffer.count)
        stream.pointee.avail_out = room
        let status = inflate(stream, Z_NO_FLUSH)
        start = end - Int(stream.pointee.avail_in)
        mayHoldOutput = stream.pointee.avail_out == 0 && status != Z_STREAM_END
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: state = .between
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
            throw DataError("\(name): the gzip data are damaged (\(reason))")
        }
        return Int(room - stream.pointee.avail_out)
    }
}
