import RecordStreams
import SensorData

/// A source that hands out `bytes` in chunks of the sizes `next` returns.
func source(_ bytes: [UInt8], name: String = "memory", chunk next: @escaping () -> Int = { .max }) -> ByteSource {
    var rest = bytes[...]
    return ByteSource(name: name) { buffer in
        let count = min(rest.count, buffer.count, max(1, next()))
        rest.prefix(count).withUnsafeBytes { buffer.copyMemory(from: $0) }
        rest = rest.dropFirst(count)
        return count
    }
}

func source(_ text: String) -> ByteSource { source(Array(text.utf8)) }

/// The bytes that `body` writes.
func written(_ format: StreamFormat, arrayLength: Int = 1024, _ body: (RecordWriter) throws -> Void) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let writer = RecordWriter(ByteSink { bytes.append(contentsOf: $0) }, format: format, arrayLength: arrayLength)
    try body(writer)
    try writer.finish()
    return bytes
}

/// What remains of a stream after it was read and written again.
struct Rewritten {
    var kind: RecordKind?
    var bytes: [UInt8] = []
    var records = 0
    var error: DataError?
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Reads all of `source` and writes it in `format`.
func rewrite(
    _ source: ByteSource, as format: StreamFormat = .ndjson, arrayLength: Int = 1024, windowColumns: [String]? = nil
) throws -> Rewritten {
    var result = Rewritten()
    var bytes: [UInt8] = []
    do {
        let reader = RecordReader(source, windowColumns: windowColumns)
        let writer = RecordWriter(ByteSink { bytes.append(contentsOf: $0) }, format: format, arrayLength: arrayLength)
        do {
            result.kind = try reader.kind()
            switch result.kind {
            case .rows:
                var batch = RowBatch(schema: RowSchema(keys: [], columns: []))
                while try reader.next(&batch) { try writer.write(batch) }
            case .windows:
                var batch = WindowBatch(columns: [], length: 0, keys: [])
                while try reader.next(&batch) { try writer.write(batch) }
            case .scored:
                var records: [ScoredRecord] = []
                while try reader.next(&records) { try writer.write(records) }
            case nil: break
            }
            try writer.finish()
        } catch let error as DataError {
            result.error = error
        }
        result.records = writer.recordCount
    }
    result.bytes = bytes
    return result
}

/// A small generator with a fixed seed (S. Vigna's SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
