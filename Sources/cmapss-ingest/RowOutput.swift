import RecordStreams
import SensorData

/// Brings bytes in and rows out: at once, or at the pace of a replay.
final class RowOutput {
    let writer: RecordWriter
    private var clock: ReplayClock?
    private var row: RowBatch?
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 131_072, alignment: 64)

    /// - Parameter pace: seconds from row to row; nil to write rows as they come.
    init(_ writer: RecordWriter, pace: Double?) {
        self.writer = writer
        clock = pace.map { ReplayClock(period: $0) }
    }

    deinit {
        buffer.deallocate()
    }

    func open(_ path: String) throws -> ByteSource {
        let source = try ByteSource(path: path)
        source.beforeBlocking = { [writer] in try writer.flush() }
        return source
    }

    func forEachChunk(of source: ByteSource, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        while case let count = try source.read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The RUL file at `path`.
    func remainingLife(_ path: String) throws -> RemainingLife {
        let source = try open(path)
        var bytes: [UInt8] = []
        try forEachChunk(of: source) { bytes.append(contentsOf: $0) }
        return try RemainingLife(file: source.name, text: bytes)
    }

    func write(_ rows: RowBatch) throws {
        guard clock != nil else { return try writer.write(rows) }
        var single = row ?? RowBatch(schema: rows.schema)
        for index in 0..<rows.count {
            single.removeAll(schema: rows.schema)
            single.origin = rows.location(of: index)
            single.appendIdentity(of: index, from: rows)
            single.values.append(contentsOf: rows.values[index * rows.width..<(index + 1) * rows.width])
            clock?.waitForNext()
            try writer.write(single)
            try writer.flush()
        }
        row = single
    }
}
