import SensorData

/// Writes a stream of records.
///
/// What was written reaches standard output even if the writer is dropped without `finish()`, as when an error ends a
/// program: the records before a fault are not lost, and none is torn. A file named with `-o` appears only on `finish()`.
public final class RecordWriter {
    /// How many records have been written.
    public private(set) var recordCount = 0

    private let sink: ByteSink
    private let format: StreamFormat
    private var kind: RecordKind?
    private var members = StreamMembers()
    private var ndjsonRows: NDJSONRowEncoder
    private var filled = RowBatch(schema: RowSchema(keys: [], columns: []))
    private var npyRows: NPYRowEncoder
    private var npyWindows: NPYWindowEncoder
    private var npyScored: NPYScoredEncoder
    private var isFinished = false

    /// Writes to `sink` in `format`.
    ///
    /// - Parameters:
    ///   - arrayLength: records in one `.npy` array; arrays are cut by this count alone, so that the bytes do not depend on
    ///     timing.
    ///   - threads: how many threads write rows as NDJSON, which takes longer than most of what is done to them; 0 is one
    ///     per processor. The bytes are the same.
    public init(_ sink: ByteSink, format: StreamFormat, arrayLength: Int = 1024, threads: Int = 1) {
        self.sink = sink
        self.format = format
        ndjsonRows = NDJSONRowEncoder(threads: threads)
        npyRows = NPYRowEncoder(arrayLength: max(1, arrayLength))
        npyWindows = NPYWindowEncoder(arrayLength: max(1, arrayLength))
        npyScored = NPYScoredEncoder(arrayLength: max(1, arrayLength))
    }

    deinit {
        // An error is under way already, or the caller lost interest; there is nobody to tell of another one.
        if !isFinished { try? writeWaiting() }
    }

    /// Writes rows.
    ///
    /// - Throws: `DataError` where a number is infinite, or the rows have other members than the records before;
    ///   `SystemError`.
    public func write(_ batch: RowBatch) throws {
        if !batch.isEmpty { try members.admit(batch.schema.keys, at: batch.origin) }
        kind = .rows
        switch format {
        case .ndjson: try ndjsonRows.write(batch, to: sink)
        case .npy: try npyRows.write(batch, to: sink)
        }
        recordCount += batch.count
    }

    /// Writes the numbers of the rows at some places, side by side: those of the first one to the memory given, which need
    /// not be aligned, the others as many bytes apart as the stride says.
    public typealias Fill = (_ places: Range<Int>, _ target: UnsafeMutableRawPointer, _ stride: Int) -> Void

    /// Writes rows that are `rows` of `batch` in identity, labels and passed-through members, with numeric columns of their
    /// own.
    ///
    /// - Parameter fill: called with all the places in `rows`, one part after another; its numbers are finite, or NaN.
    /// - Throws: `DataError` where they have other members than the records before; `SystemError`.
    public func write(_ rows: [Int], of batch: RowBatch, as schema: RowSchema, filling fill: Fill) throws {
        if let first = rows.first { try members.admit(schema.keys, at: batch.location(of: first)) }
        kind = .rows
        switch format {
        case .ndjson:
            filled.take(rows, of: batch, schema: schema) { memory in
                guard let base = memory.baseAddress else { return }
                fill(0..<rows.count, base, MemoryLayout<Double>.stride * schema.columns.count)
            }
            try ndjsonRows.write(filled, to: sink)
        case .npy: try npyRows.write(rows, of: batch, as: schema, filling: fill, to: sink)
        }
        recordCount += rows.count
    }

    /// Writes windows.
    ///
    /// - Throws: `DataError` where a number is not finite, or the windows have other members than the records before;
    ///   `SystemError`.
    public func write(_ batch: WindowBatch) throws {
        if batch.count > 0 { try members.admit(batch.keys, at: batch.origin) }
        kind = .windows
        switch format {
        case .ndjson: try NDJSONWindowEncoder().write(batch, to: sink)
        case .npy: try npyWindows.write(batch, to: sink)
        }
        recordCount += batch.count
    }

    /// Writes scored records. In NPY they are laid out as `borescope-streams(5)` says: numbers `<f8` with NaN for null,
    /// texts of fixed width, and `contributions` as a record of `<f8` by column name.
    ///
    /// - Throws: `DataError` where a number is not finite; `SystemError`.
    public func write(_ records: [ScoredRecord]) throws {
        kind = .scored
        switch format {
        case .ndjson: try NDJSONScoredEncoder().write(records, to: sink)
        case .npy: try npyScored.write(records, to: sink)
        }
        recordCount += records.count
    }

    /// Hands complete NDJSON lines on to the reader downstream; NPY arrays wait until they are full.
    ///
    /// - Throws: `SystemError`.
    public func flush() throws {
        try sink.flush()
    }

    /// Writes what is left and finishes the sink.
    ///
    /// - Throws: `SystemError`; a full disk is one.
    public func finish() throws {
        try writeWaiting()
        isFinished = true
        try sink.finish()
    }

    private func writeWaiting() throws {
        guard format == .npy else { return }
        switch kind {
        case .rows: try npyRows.finish(to: sink)
        case .windows: try npyWindows.finish(to: sink)
        case .scored: try npyScored.finish(to: sink)
        case nil: break
        }
    }
}
