import SensorData

/// Writes a stream of records.
public final class RecordWriter {
    /// How many records have been written.
    public private(set) var recordCount = 0

    /// Writes to `sink` in `format`.
    ///
    /// - Parameter arrayLength: records in one `.npy` array; arrays are cut by this count alone, so that the bytes do not
    ///   depend on timing.
    public init(_ sink: ByteSink, format: StreamFormat, arrayLength: Int = 1024) { preconditionFailure() }
    /// Writes rows.
    public func write(_ batch: RowBatch) throws { preconditionFailure() }
    /// Writes windows.
    public func write(_ batch: WindowBatch) throws { preconditionFailure() }
    /// Writes scored records.
    public func write(_ records: [ScoredRecord]) throws { preconditionFailure() }
    /// Hands complete NDJSON lines on to the reader downstream; NPY arrays wait until they are full.
    public func flush() throws { preconditionFailure() }
    /// Writes what is left and finishes the sink.
    public func finish() throws { preconditionFailure() }
}
