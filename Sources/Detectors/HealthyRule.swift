import Features
import SensorData

/// Which rows a detector may take for healthy.
public enum HealthyRule: Hashable, Sendable, CustomStringConvertible {
    /// Rows with at least so many cycles of remaining useful life; where that is not known, rows not labelled anomalous.
    case remaining(atLeast: Int64)
    /// Rows up to this cycle of their unit: a young machine is healthy.
    case cycles(upTo: Int64)
    /// Every row: faults are rare enough not to be learned.
    case all

    /// Reads `rul>=N`, `cycle<=N` or `all`; nil for any other text.
    public init?(_ text: String) {
        let text = text.filter { $0 != " " }
        if text == "all" {
            self = .all
        } else if text.hasPrefix("rul>="), let limit = Int64(text.dropFirst(5)), limit >= 0 {
            self = .remaining(atLeast: limit)
        } else if text.hasPrefix("cycle<="), let limit = Int64(text.dropFirst(7)), limit >= 1 {
            self = .cycles(upTo: limit)
        } else {
            return nil
        }
    }

    /// The text that `init(_:)` reads.
    public var description: String {
        switch self {
        case .remaining(let limit): "rul>=\(limit)"
        case .cycles(let limit): "cycle<=\(limit)"
        case .all: "all"
        }
    }

    /// The windows of `windows` that are healthy at their end; one of which nothing is known counts as healthy.
    ///
    /// - Throws: `TrainingError` when the windows lack what the rule asks for.
    public func selecting(_ windows: WindowBatch) throws -> WindowBatch {
        switch self {
        case .all: return windows
        case .remaining(let limit):
            return windows.selecting { index in
                if !windows.rul.isEmpty, windows.rul[index] != RowBatch.unknown { return windows.rul[index] >= limit }
                return windows.isAnomaly.isEmpty || windows.isAnomaly[index] != 1
            }
        case .cycles(let limit):
            guard !windows.cycles.isEmpty else { throw TrainingError("the windows have no cycle; '\(self)' needs it") }
            return windows.selecting { windows.cycles[$0] != RowBatch.unknown && windows.cycles[$0] <= limit }
        }
    }

    /// For each row of `table` whether it is healthy.
    ///
    /// - Throws: `TrainingError` when the rows lack what the rule asks for.
    public func mask(_ table: FeatureTable) throws -> [Bool] {
        switch self {
        case .remaining(let limit): return table.healthyRows(remaining: limit)
        case .all: return [Bool](repeating: true, count: table.rowCount)
        case .cycles(let limit):
            guard !table.cycles.isEmpty else { throw TrainingError("the rows have no cycle; '\(self)' needs it") }
            return table.cycles.map { $0 != RowBatch.unknown && $0 <= limit }
        }
    }
}
