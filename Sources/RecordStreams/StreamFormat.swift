/// The two forms a stream can take; `borescope-streams(5)` specifies both.
public enum StreamFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case ndjson
    /// NumPy arrays end to end.
    case npy
}

/// What the records of a stream are.
public enum RecordKind: String, Sendable {
    /// Rows and feature rows: `RowBatch`.
    case rows
    /// Windows: `WindowBatch`.
    case windows
    /// Scored records: `ScoredRecord`.
    case scored
}
