import SensorData

/// Reads rows from NDJSON.
///
/// The first line decides the schema. Lines laid out like the one before take a fast path that compares keys; the others
/// are parsed member by member, which is also what finds and names a fault.
final class NDJSONRowDecoder {
    private let lines: LineReader
    private let schema: RowSchema
    private let stage: RowStage
    private var members: [String: RowMember] = [:]
    private var alike: AlikeRows
    /// Lines in a row that were not laid out as `layout`.
    private var misses = 0
    /// The row in which a column or key last occurred, by column; five more for the named members.
    private var lastSeen: [Int]
    private var fault: DataError?

    /// Starts at a line of `lines`, the first of its file, which is already there.
    init(_ lines: LineReader, firstLine: JSONSlice) throws {
        self.lines = lines
        var keys: RowSchema.Keys = []
        var columns: [String] = []
        var members: [String: RowMember] = [:]
        let layout: RowLayout
        do throws(JSONFault) {
            layout = try RowLayout(line: firstLine.start, end: firstLine.end) { key, value throws(JSONFault) in
                let name = JSONScanner.decoded(key)
                guard members[name] == nil else { throw JSONFault("'\(name)' occurs twice", at: key.start) }
                let member: RowMember
                if let known = RowMember(name: name) {
                    member = known
                    if let key = known.key { keys.insert(key) }
                } else {
                    switch value.pointee {
                    case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "t"), UInt8(ascii: "f"):
                        member = .text
                    default:
                        member = .column(columns.count)
                        columns.append(name)
                    }
                }
                members[name] = member
                return member
            }
            guard members["unit_id"] != nil else {
                throw JSONFault("expected 'unit_id', found a record without it", at: firstLine.start)
            }
        } catch {
            throw lines.error(error)
        }
        schema = RowSchema(keys: keys, columns: columns)
        for (name, member) in [
            ("cycle", RowMember.cycle), ("timestamp", .timestamp), ("rul", .rul), ("is_anomaly", .isAnomaly),
        ]
        where members[name] == nil {
            members[name] = member
        }
        for name in ["window", "anomaly_score"] { members[name] = .foreign }
        self.members = members
        stage = RowStage(schema: schema)
        alike = AlikeRows(layout: layout, stage: stage)
        lastSeen = Array(repeating: 0, count: columns.count + 5)
    }

    /// Replaces `batch` by the rows that are there, waiting only for the first.
    ///
    /// - Returns: false at the end of the file.
    func next(_ batch: inout RowBatch) throws -> Bool {
        if let fault { throw fault }
        let origin = lines.location(column: nil)
        repeat {
            let decoded = stage.count
            let start = lines.first
            let end = alike.decode(start, limit: lines.limit)
            if end > start {
                lines.consume(end - start, lines: stage.count - decoded)
                misses = 0
            }
            guard !stage.isFull, let line = lines.arrived() else { break }
            do throws(JSONFault) {
                try decode(line)
            } catch {
                fault = lines.error(error)
                break
            }
            lines.consume(line)
        } while !stage.isFull
        if stage.count == 0 {
            if let fault { throw fault }
            guard try lines.waitForLine() else { return false }
            return try next(&batch)
        }
        stage.move(to: &batch, origin: origin)
        return true
    }

    // MARK: Any line

    private func decode(_ line: JSONSlice) throws(JSONFault) {
        let row = stage.count
        stage.clearRow()
        let stamp = lines.number
        var passthrough = ""
        var passedThrough: Set<String> = []
        var scanner = JSONScanner(line.start)
        try scanner.expect("{", "at the start of a record")
        if !scanner.take("}") {
            repeat {
                scanner.skipSpace()
                let key = try scanner.key()
                let name = JSONScanner.decoded(key)
                let member = members[name] ?? .text
                guard note(member, stamp) && (member != .text || passedThrough.insert(name).inserted) else {
                    throw JSONFault("'\(name)' occurs twice", at: key.start)
                }
                if member == .text {
                    let value = scanner.at
                    try scanner.skipValue()
                    if !passthrough.isEmpty { passthrough += "," }
                    passthrough += "\"\(key.text)\":" + JSONSlice(start: value, end: scanner.at).text
                } else if let known = member.key, !schema.keys.contains(known) {
                    throw JSONFault(
                        "'\(name)' is missing from the first record; write it there, as null where it is not known",
                        at: key.start)
                } else if member == .foreign {
                    throw JSONFault("a record with '\(name)' stands among rows", at: key.start)
                } else {
                    do throws(JSONFault) {
                        try decodeValue(of: member, &scanner, row)
                    } catch {
                        throw JSONFault("'\(name)': \(error.message)", at: error.position)
                    }
                }
            } while scanner.take(",")
            try scanner.expect("}", "or ',' after a value")
        }
        try scanner.expectEnd(line.end)
        guard !note(.unitID, stamp) else {
            throw JSONFault("expected 'unit_id', found a record without it", at: line.start)
        }
        stage.commit(passthrough: passthrough)
        misses += 1
        if misses > 1 { relearn(line) }
    }

    /// Marks a member as seen in the row `stamp`.
    ///
    /// - Returns: false where it was marked already.
    private func note(_ member: RowMember, _ stamp: Int) -> Bool {
        let place: Int
        switch member {
        case .column(let column): place = column
        case .unitID: place = schema.columns.count
        case .cycle: place = schema.columns.count + 1
        case .timestamp: place = schema.columns.count + 2
        case .rul: place = schema.columns.count + 3
        case .isAnomaly: place = schema.columns.count + 4
        case .text, .foreign: return true
        }
        guard lastSeen[place] != stamp else { return false }
        lastSeen[place] = stamp
        return true
    }

    private func decodeValue(of member: RowMember, _ scanner: inout JSONScanner, _ row: Int) throws(JSONFault) {
        switch member {
        case .unitID: stage.unitIDs[row] = try scanner.integer()
        case .cycle: stage.cycles[row] = scanner.takeWord("null") ? RowBatch.unknown : try scanner.integer()
        case .rul: stage.rul[row] = scanner.takeWord("null") ? RowBatch.unknown : try scanner.integer()
        case .timestamp: stage.timestamps[row] = try scanner.timestamp() ?? RowBatch.unknown
        case .isAnomaly: stage.isAnomaly[row] = try scanner.label() ?? RowBatch.unknownLabel
        case .column(let column):
            stage.values[row * stage.width + column] = scanner.takeWord("null") ? .nan : try scanner.number()
        case .text, .foreign: try scanner.skipValue()
        }
    }

    /// Expects further lines to be laid out as `line`, which was decoded without fault, provided it has every member.
    private func relearn(_ line: JSONSlice) {
        misses = 0
        do throws(JSONFault) {
            let learned = try RowLayout(line: line.start, end: line.end) { key, _ in
                members[JSONScanner.decoded(key)] ?? .text
            }
            let meant = learned.slots.count { $0.kind != RowLayout.Kind.text }
            guard meant == 1 + schema.keys.rawValue.nonzeroBitCount + schema.columns.count else { return }
            alike = AlikeRows(layout: learned, stage: stage)
        } catch {}
    }
}
