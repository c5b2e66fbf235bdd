import SensorData

/// Cuts windows from a stream of rows, unit by unit, as the rows arrive.
///
/// A window never spans two units, two lives of a unit, or a gap in its cycles: after a gap the unit fills a new window.
/// Windows of one call share their rows. The bytes that come out do not depend on how the stream was cut into batches.
///
/// Memory: `(length − 1) × columns` floats a unit, or what the longest unit fills of them.
public struct WindowAssembler: Sendable {
    /// The names of the columns.
    public let columns: [String]
    /// Length and stride.
    public let shape: WindowShape
    /// For each window of the last call, the index of its last row in the batch.
    public private(set) var endRows: [Int] = []
    /// How many gaps in cycles broke a window.
    public private(set) var gapCount = 0

    private var unitIDs: [Int64] = []
    /// Rows in the unbroken run so far, by slot.
    private var runLengths: [Int] = []
    private var hasWindow: [Bool] = []
    /// The last `length − 1` rows of each slot's run.
    private var histories: RowHistories<Float>
    /// Units whose life ended before their first window.
    private var endedShort: [Int64] = []

    /// Cuts windows of `shape` from rows of `columns`.
    ///
    /// - Throws: `FeatureError.invalid`.
    public init(columns: [String], shape: WindowShape) throws {
        try shape.validate()
        self.columns = columns
        self.shape = shape
        histories = RowHistories(limit: shape.length - 1, width: columns.count, side: .front)
    }

    /// An empty batch for `append` to fill.
    public func emptyBatch(keys: RowSchema.Keys) -> WindowBatch {
        WindowBatch(columns: columns, length: shape.length, keys: keys)
    }

    /// Replaces `windows` by the windows that end in the given rows.
    ///
    /// - Parameters:
    ///   - admitted: which rows of `batch`, and whose.
    ///   - values: their values, row-major, shape (admitted.count, columns.count).
    ///   - batch: where the identities and labels stand.
    public mutating func append(
        _ admitted: AdmittedRows, values: [Float], of batch: RowBatch, into windows: inout WindowBatch
    ) {
        precondition(values.count == admitted.count * columns.count, "one value per row and column")
        endRows.removeAll(keepingCapacity: true)
        windows.removeAll(keys: batch.schema.keys)
        var start = 0
        while start < admitted.count {
            var end = start + 1
            let slot = admitted.slots[start]
            while end < admitted.count, admitted.slots[end] == slot, admitted.arrivals[end] == .follows { end += 1 }
            open(slot, admitted.arrivals[start], unitID: batch.unitIDs[admitted.rows[start]])
            extend(slot, by: start..<end, of: admitted, values, batch, into: &windows)
            start = end
        }
        if let first = endRows.first { windows.origin = batch.location(of: first) }
    }

    /// Makes room for a unit seen for the first time, and forgets what must not be joined.
    private mutating func open(_ slot: Int, _ arrival: AdmittedRows.Arrival, unitID: Int64) {
        while unitIDs.count <= slot {
            unitIDs.append(unitID)
            runLengths.append(0)
            hasWindow.append(true)
            histories.add(units: 1)
        }
        switch arrival {
        case .follows: return
        case .skips:
            gapCount += 1
        case .begins:
            if !hasWindow[slot] { endedShort.append(unitIDs[slot]) }
            unitIDs[slot] = unitID
            hasWindow[slot] = false
        }
        runLengths[slot] = 0
    }

    private mutating func extend(
        _ slot: Int, by run: Range<Int>, of admitted: AdmittedRows, _ values: [Float], _ batch: RowBatch,
        into windows: inout WindowBatch
    ) {
        let width = columns.count
        let before = runLengths[slot]
        let kept = min(before, shape.length - 1)
        let base = windows.rows.count / max(width, 1)
        let firstWindow = windows.count
        for (step, index) in run.enumerated() where shape.endsWindow(before: before + step) {
            let row = admitted.rows[index]
            windows.appendIdentity(of: row, from: batch)
            windows.starts.append(base + kept + step - (shape.length - 1))
            endRows.append(row)
        }
        if windows.count > firstWindow {
            windows.rows.append(contentsOf: histories.units[slot].prefix(kept * width))
            windows.rows.append(contentsOf: values[run.lowerBound * width..<run.upperBound * width])
            hasWindow[slot] = true
        }
        remember(run, of: values, slot: slot, kept: kept)
        runLengths[slot] = before + run.count
    }

    /// Keeps the last `length − 1` rows of a run.
    private mutating func remember(_ run: Range<Int>, of values: [Float], slot: Int, kept: Int) {
        let width = columns.count
        histories.reserve(kept + run.count)
        let fresh = min(run.count, shape.length - 1)
        let old = min(kept, shape.length - 1 - fresh)
        histories.units[slot].withUnsafeMutableBufferPointer { history in
            values.withUnsafeBufferPointer { values in
                for value in 0..<old * width { history[value] = history[(kept - old) * width + value] }
                for value in 0..<fresh * width {
                    history[old * width + value] = values[(run.upperBound - fresh) * width + value]
                }
            }
        }
    }

    /// Units (lives of units) that have not filled one window so far.
    public var unitsWithoutWindow: [Int64] {
        endedShort + zip(unitIDs, hasWindow).filter { !$0.1 }.map(\.0)
    }
}

extension WindowAssembler {
    /// Writes the last rows of each unit.
    public func encode(into encoder: inout StateEncoder) {
        encoder.put(shape.length)
        encoder.put(shape.stride)
        encoder.put(columns.count)
        encoder.put(unitIDs)
        encoder.put(runLengths.map(Int64.init))
        encoder.put(hasWindow.map { $0 ? 1 : 0 } as [Int64])
        encoder.put(histories.units.joined())
    }

    /// Takes on what `encode` wrote for windows of the same shape and columns.
    ///
    /// - Throws: `FeatureError.otherSettings` where those differ, `DataError` where the state is damaged.
    public mutating func restore(from decoder: inout StateDecoder) throws {
        let length = try decoder.int()
        let stride = try decoder.int()
        let width = try decoder.int()
        guard length == shape.length, stride == shape.stride, width == columns.count else {
            throw FeatureError.otherSettings(
                "the state was written for other windows; expected \(shape.length) rows of \(columns.count) columns every "
                    + "\(shape.stride), found \(length) of \(width) every \(stride)")
        }
        unitIDs = try decoder.int64s()
        let runs = try decoder.int64s()
        hasWindow = try decoder.int64s().map { $0 == 1 }
        let rows = try decoder.floats()
        guard runs.count == unitIDs.count, hasWindow.count == unitIDs.count, runs.allSatisfy({ $0 >= 0 }) else {
            throw decoder.damaged("the units do not agree")
        }
        runLengths = runs.map(Int.init)
        guard histories.restore(rows, counts: runLengths) else {
            throw decoder.damaged("expected the rows of \(unitIDs.count) units, found \(rows.count) numbers")
        }
    }
}
