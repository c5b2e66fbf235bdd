/// Turns the bytes of one C-MAPSS file into rows with timestamps and, where its units' ends are known, labels.
///
/// Labelled rows leave a unit at a time, as soon as the unit's last row is known; rows without labels leave at once.
/// Memory holds one chunk and one unit, however long the file is.
public struct CMAPSSIngestion {
    /// Where the remaining useful life (RUL) of a row comes from.
    public enum Labels: Sendable {
        /// Rows get no labels.
        case none
        /// Every unit runs to failure: RUL = last cycle − cycle. A row is an anomaly where RUL < `threshold`.
        case runToFailure(threshold: Int64)
        /// Units stop early: RUL = remaining life + last cycle − cycle. A row is an anomaly where RUL < `threshold`.
        case remaining(RemainingLife, threshold: Int64)
    }

    /// Which numbers units have; hand it on to the next file's ingestion.
    public private(set) var numbering: UnitNumbering
    /// The rows handed out.
    public private(set) var rowCount = 0
    /// The runs of a unit's rows that have begun.
    public private(set) var unitCount = 0
    /// Where the number of a unit that had ended was first met again.
    public private(set) var firstRepeat: SourceLocation?

    private let labels: Labels
    private let clock: RowClock
    private var parser: CMAPSSParser
    private var rows: RowBatch
    /// The units of this file, as it numbers them.
    private var known = UnitSet()

    /// Begins `file`.
    public init(file: String, labels: Labels, clock: RowClock, numbering: UnitNumbering = UnitNumbering()) {
        self.labels = labels
        self.clock = clock
        self.numbering = numbering
        self.numbering.beginFile()
        parser = CMAPSSParser(file: file)
        if case .none = labels {
            rows = RowBatch(schema: CMAPSSSchema.rows(labelled: false))
        } else {
            rows = RowBatch(schema: CMAPSSSchema.rows(labelled: true))
        }
    }

    private var isLabelled: Bool { rows.schema.keys.contains(.rul) }

    /// Reads `chunk` and gives `emit` the rows that are complete.
    ///
    /// - Throws: `DataError` naming line and column, after the complete rows before it; what `emit` throws.
    public mutating func feed(_ chunk: UnsafeRawBufferPointer, emit: (RowBatch) throws -> Void) throws {
        var position = 0
        do {
            while try parser.parse(chunk, from: &position, into: &rows, stopsAtUnitEnd: isLabelled) {
                try handOut(emit)
            }
        } catch let error as DataError where !isLabelled {
            try handOut(emit)
            throw error
        }
        if !isLabelled { try handOut(emit) }
    }

    /// Reads what is left after the last chunk.
    ///
    /// - Throws: `DataError` where the last line is cut, or where a RUL file has another number of units.
    public mutating func finish(emit: (RowBatch) throws -> Void) throws {
        while try parser.finish(into: &rows, stopsAtUnitEnd: isLabelled) { try handOut(emit) }
        try handOut(emit)
        if case .remaining(let life, _) = labels, life.cycles.count != unitCount {
            throw DataError(
                "expected a line for each of the \(unitCount) units of \(parser.file), found \(life.cycles.count) lines",
                at: SourceLocation(file: life.file, number: min(unitCount, life.cycles.count) + 1))
        }
    }

    private mutating func handOut(_ emit: (RowBatch) throws -> Void) throws {
        guard !rows.isEmpty else { return }
        if isLabelled { try label() }
        try numberAndTime()
        try emit(rows)
        rowCount += rows.count
        rows.removeAll()
    }

    /// Labels the rows of one unit.
    private mutating func label() throws {
        guard var end = rows.cycles.max() else { return }
        let threshold: Int64
        switch labels {
        case .none: return
        case .runToFailure(let bound): threshold = bound
        case .remaining(let life, let bound):
            threshold = bound
            guard let remaining = life.cycles(ofUnit: rows.unitIDs[0]) else {
                throw DataError(
                    "unit \(rows.unitIDs[0]) has no line in \(life.file); expected units 1 … \(life.cycles.count)",
                    at: rows.origin)
            }
            end += remaining
        }
        let cycles = rows.cycles
        rows.rul.append(addingCapacity: cycles.count) { rul in
            for cycle in cycles { rul.append(end &- cycle) }
        }
        rows.isAnomaly.append(addingCapacity: cycles.count) { isAnomaly in
            for cycle in cycles { isAnomaly.append(end &- cycle < threshold ? 1 : 0) }
        }
    }

    private mutating func numberAndTime() throws {
        var first = 0
        while first < rows.count {
            let unit = rows.unitIDs[first]
            if unit != numbering.run?.inFile || (first == 0 && isLabelled) { try begin(unit, at: first) }
            let end = rows.unitIDs[first...].firstIndex { $0 != unit } ?? rows.count
            guard let number = numbering.run?.inStream else { return }
            guard clock.appendTimestamps(unit: number, cycles: rows.cycles[first..<end], to: &rows.timestamps) else {
                let index =
                    (first..<end).first { clock.timestamp(unit: number, cycle: rows.cycles[$0]) == nil } ?? first
                throw DataError(
                    "the timestamp of unit \(unit), cycle \(rows.cycles[index]) lies beyond the year 9999; "
                        + "expected a smaller number, or another start, interval or stagger",
                    at: rows.location(of: index))
            }
            if number != unit {
                for index in first..<end { rows.unitIDs[index] = number }
            }
            first = end
        }
    }

    private mutating func begin(_ unit: Int64, at index: Int) throws {
        let repeats = numbering.repeatCount
        let isKnown = !known.insert(unit)
        numbering.begin(unit)
        unitCount += 1
        let isRepeat = numbering.repeatCount > repeats
        if isKnown || isRepeat { try refuseFurtherPiece(of: unit, at: index) }
        if isRepeat, firstRepeat == nil { firstRepeat = rows.location(of: index) }
    }

    /// Throws where a unit that appears again would get wrong labels: they are counted from the end of all its rows.
    private func refuseFurtherPiece(of unit: Int64, at index: Int) throws {
        switch labels {
        case .none: return
        case .runToFailure:
            let cycle = rows.cycles[index]
            guard cycle > 1 else { return }
            throw DataError(
                "unit \(unit) appears again after other units; expected its rows in one piece, or another run from cycle 1, "
                    + "found cycle \(cycle)",
                at: rows.location(of: index))
        case .remaining(let life, _):
            throw DataError(
                "unit \(unit) appears again after other units; expected each of the \(life.cycles.count) units of "
                    + "\(life.file) once",
                at: rows.location(of: index))
        }
    }
}
