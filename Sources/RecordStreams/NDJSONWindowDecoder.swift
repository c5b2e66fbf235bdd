import SensorData

/// Reads windows from NDJSON: `window` is a list of objects in the order of time, or of lists whose columns the caller
/// names. The first record decides the columns, the length and the members; members without a meaning are skipped.
final class NDJSONWindowDecoder {
    private static let batchSize = 256
    private let lines: LineReader
    private let givenColumns: [String]?
    private var fault: DataError?
    private var columns: [String] = []
    private var columnIndex: [String: Int] = [:]
    private var length = 0
    private var keys: RowSchema.Keys = []
    private var isFirst = true
    private var stamp = 0
    private var lastSeen: [Int] = []

    /// - Parameter columns: the names of the columns where windows are lists of lists.
    init(_ lines: LineReader, columns: [String]?) {
        self.lines = lines
        givenColumns = columns
    }

    /// Replaces `batch` by the windows that are there, waiting only for the first.
    ///
    /// - Returns: false at the end of the file.
    func next(_ batch: inout WindowBatch) throws -> Bool {
        if let fault { throw fault }
        guard try lines.waitForLine() else { return false }
        batch.removeAll()
        batch.origin = lines.location(column: nil)
        while batch.count < NDJSONWindowDecoder.batchSize, let line = lines.arrived() {
            do throws(JSONFault) {
                try decode(line, into: &batch)
            } catch {
                let located = lines.error(error)
                guard !batch.starts.isEmpty else { throw located }
                batch.rows.removeLast(batch.rows.count - batch.count * length * columns.count)
                fault = located
                break
            }
            lines.consume(line)
        }
        batch.columns = columns
        batch.length = length
        batch.keys = keys
        return true
    }

    private struct Identity {
        var unitID: Int64?
        var cycle = RowBatch.unknown
        var timestamp = RowBatch.unknown
        var rul = RowBatch.unknown
        var isAnomaly = RowBatch.unknownLabel
    }

    private func decode(_ line: JSONSlice, into batch: inout WindowBatch) throws(JSONFault) {
        var identity = Identity()
        var seen: Set<String> = []
        try JSONScanner.record(line) { key, scanner throws(JSONFault) in
            let name = JSONScanner.decoded(key)
            guard seen.insert(name).inserted else { throw JSONFault("'\(name)' occurs twice", at: key.start) }
            if let known = RowMember(name: name)?.key {
                if isFirst { keys.insert(known) }
                guard keys.contains(known) else {
                    throw JSONFault(
                        "'\(name)' is missing from the first record; write it there, as null where it is not known",
                        at: key.start)
                }
            }
            do throws(JSONFault) {
                switch name {
                case "unit_id": identity.unitID = try scanner.integer()
                case "cycle": identity.cycle = scanner.takeWord("null") ? RowBatch.unknown : try scanner.integer()
                case "rul": identity.rul = scanner.takeWord("null") ? RowBatch.unknown : try scanner.integer()
                case "timestamp": identity.timestamp = try scanner.timestamp() ?? RowBatch.unknown
                case "is_anomaly": identity.isAnomaly = try scanner.label() ?? RowBatch.unknownLabel
                case "window": try decodeWindow(&scanner, into: &batch.rows)
                case "anomaly_score": throw JSONFault("a scored record stands among windows", at: key.start)
                default: try scanner.skipValue()
                }
            } catch {
                throw JSONFault("'\(name)': \(error.message)", at: error.position)
            }
        }
        guard let unitID = identity.unitID, seen.contains("window") else {
            let missing = identity.unitID == nil ? "unit_id" : "window"
            throw JSONFault("expected '\(missing)', found a record without it", at: line.start)
        }
        isFirst = false
        batch.starts.append(batch.count * length)
        batch.unitIDs.append(unitID)
        if keys.contains(.cycle) { batch.cycles.append(identity.cycle) }
        if keys.contains(.timestamp) { batch.timestamps.append(identity.timestamp) }
        if keys.contains(.rul) { batch.rul.append(identity.rul) }
        if keys.contains(.isAnomaly) { batch.isAnomaly.append(identity.isAnomaly) }
    }

    private func decodeWindow(_ scanner: inout JSONScanner, into rows: inout [Float]) throws(JSONFault) {
        let start = scanner.at
        try scanner.expect("[", "at the start of a window")
        var steps = 0
        repeat {
            scanner.skipSpace()
            if scanner.at.pointee == UInt8(ascii: "[") {
                try decodeList(&scanner, into: &rows)
            } else {
                try decodeObject(&scanner, into: &rows)
            }
            steps += 1
        } while scanner.take(",")
        try scanner.expect("]", "or ',' after a row of the window")
        if isFirst { length = steps }
        guard steps == length else {
            throw JSONFault("expected a window of \(length) rows, found one of \(steps)", at: start)
        }
    }

    private func decodeList(_ scanner: inout JSONScanner, into rows: inout [Float]) throws(JSONFault) {
        let start = scanner.at
        if isFirst, columns.isEmpty {
            guard let givenColumns else {
                throw JSONFault("expected rows as objects, found a list, whose columns have no names", at: start)
            }
            try setColumns(givenColumns, at: start)
        }
        try scanner.expect("[", "at the start of a row of the window")
        var count = 0
        if !scanner.take("]") {
            repeat {
                scanner.skipSpace()
                rows.append(try scanner.float())
                count += 1
            } while scanner.take(",")
            try scanner.expect("]", "or ',' after a number")
        }
        guard count == columns.count else {
            throw JSONFault("expected \(columns.count) numbers in a row of the window, found \(count)", at: start)
        }
    }

    private func decodeObject(_ scanner: inout JSONScanner, into rows: inout [Float]) throws(JSONFault) {
        let start = scanner.at
        if isFirst, columns.isEmpty {
            var names: [String] = []
            var probe = scanner
            try probe.expect("{", "at the start of a row of the window")
            if !probe.take("}") {
                repeat {
                    names.append(JSONScanner.decoded(try probe.key()))
                    try probe.skipValue()
                } while probe.take(",")
            }
            try setColumns(names, at: start)
        }
        try scanner.expect("{", "at the start of a row of the window")
        let base = rows.count
        rows.append(contentsOf: repeatElement(0, count: columns.count))
        stamp += 1
        var count = 0
        if !scanner.take("}") {
            repeat {
                let key = try scanner.key()
                let column = try column(key, expecting: count)
                guard lastSeen[column] != stamp else {
                    throw JSONFault("'\(columns[column])' occurs twice", at: key.start)
                }
                lastSeen[column] = stamp
                rows[base + column] = try scanner.float()
                count += 1
            } while scanner.take(",")
            try scanner.expect("}", "or ',' after a number")
        }
        guard count == columns.count else {
            throw JSONFault("expected \(columns.count) columns in a row of the window, found \(count)", at: start)
        }
    }

    private func setColumns(_ names: [String], at position: UnsafePointer<UInt8>) throws(JSONFault) {
        columns = names
        columnIndex = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        lastSeen = Array(repeating: 0, count: names.count)
        guard !names.isEmpty, columnIndex.count == names.count else {
            throw JSONFault("expected at least one column, each with a name of its own", at: position)
        }
    }

    private func column(_ key: JSONSlice, expecting guess: Int) throws(JSONFault) -> Int {
        let name = JSONScanner.decoded(key)
        if guess < columns.count, columns[guess] == name { return guess }
        guard let column = columnIndex[name] else {
            throw JSONFault("'\(name)' is no column of the first window", at: key.start)
        }
        return column
    }
}

extension JSONScanner {
    /// Reads a finite number as the float nearest to the decimal that stands there.
    mutating func float() throws(JSONFault) -> Float {
        let start = at
        let value = try number()
        var result = Float(value)
        // Only a double halfway between two floats can round the decimal the wrong way; among subnormal floats the
        // halfway points lie closer.
        if value.bitPattern & 0x1fff_ffff == 0x1000_0000 || value.magnitude < 0x1p-126 {
            result = Float(JSONSlice(start: start, end: at).text) ?? result
        }
        guard result.isFinite else { throw JSONFault("the number is too large for a float", at: start) }
        return result
    }
}

extension WindowBatch {
    /// Forgets the windows and keeps the memory.
    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        unitIDs.removeAll(keepingCapacity: true)
        cycles.removeAll(keepingCapacity: true)
        timestamps.removeAll(keepingCapacity: true)
        rul.removeAll(keepingCapacity: true)
        isAnomaly.removeAll(keepingCapacity: true)
    }
}
