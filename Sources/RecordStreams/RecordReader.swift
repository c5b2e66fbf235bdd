import SensorData

/// Reads one or several files (or standard input) as one stream of records, recognising form and kind from the first bytes
/// of each.
public final class RecordReader {
    /// How many records have been returned.
    public private(set) var recordCount = 0

    /// Opens the first of `paths`; an empty list is standard input.
    ///
    /// - Parameter windowColumns: the column names given to a plain `.npy` array of shape (N, length, width), which has none.
    /// - Parameter beforeBlocking: called before a read that would wait.
    public init(paths: [String], windowColumns: [String]? = nil, beforeBlocking: (() throws -> Void)? = nil) throws {
        preconditionFailure()
    }

    /// The kind of the records to come; nil when the input is empty.
    public func kind() throws -> RecordKind? { preconditionFailure() }
    /// Replaces `batch` by the next rows: those that are there without waiting, at least one.
    ///
    /// - Returns: false at the end of input.
    /// - Throws: `DataError` naming file and line, `SystemError`.
    public func next(_ batch: inout RowBatch) throws -> Bool { preconditionFailure() }
    /// Replaces `batch` by the next windows.
    public func next(_ batch: inout WindowBatch) throws -> Bool { preconditionFailure() }
    /// Replaces `records` by the next scored records.
    public func next(_ records: inout [ScoredRecord]) throws -> Bool { preconditionFailure() }
}
