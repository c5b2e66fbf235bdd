import SensorData

/// Finds the rows that a window shares with the window of its unit before it, so that a stream of overlapping windows
/// turns back into the rows it was cut from.
struct WindowOverlap: Sendable {
    /// What is new in a window.
    struct Part {
        /// The last so many rows of the window have not been seen.
        var rows: Int
        /// Whether the first of them directly follows the unit's last row.
        var follows: Bool
        /// Whether the unit (or a new life of it) begins here.
        var beginsLife: Bool
    }

    /// A unit's last window.
    private struct Last {
        var cycle: Int64
        var values: [Float]
    }

    private var lasts: [Int64: Last] = [:]

    /// What window `index` adds to the windows of its unit before it.
    mutating func fresh(_ index: Int, of windows: WindowBatch) -> Part {
        let cycle = windows.cycles.isEmpty ? RowBatch.unknown : windows.cycles[index]
        let window = windows.withWindow(index) { Array($0) }
        let last = lasts.updateValue(Last(cycle: cycle, values: window), forKey: windows.unitIDs[index])
        guard let last else { return Part(rows: windows.length, follows: false, beginsLife: true) }
        guard cycle != RowBatch.unknown, last.cycle != RowBatch.unknown else {
            return Part(rows: windows.length, follows: false, beginsLife: false)
        }
        let (step, overflows) = cycle.subtractingReportingOverflow(last.cycle)
        if step <= 0 || overflows { return Part(rows: windows.length, follows: false, beginsLife: true) }
        let shared = (windows.length - Int(min(step, Int64(windows.length)))) * windows.width
        if shared > 0, last.values.suffix(shared).elementsEqual(window.prefix(shared)) {
            return Part(rows: Int(step), follows: true, beginsLife: false)
        }
        return Part(rows: windows.length, follows: step == windows.length, beginsLife: false)
    }
}
