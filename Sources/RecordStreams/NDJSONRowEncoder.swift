import SensorData

/// Writes rows as NDJSON.
struct NDJSONRowEncoder {
    private var schema: RowSchema?
    /// The text before each number: `,"sensor_1":`, one after another.
    private var columnText: [UInt8] = []
    private var columnTextLengths: [Int] = []
    /// The most bytes that a row without passed-through members takes.
    private var longestRow = 0

    private mutating func prepare(for schema: RowSchema) {
        guard schema != self.schema else { return }
        self.schema = schema
        columnText = []
        columnTextLengths = []
        for name in schema.columns {
            let text = ",\(JSONText.quote(name)):"
            columnText.append(contentsOf: text.utf8)
            columnTextLengths.append(text.utf8.count)
        }
        longestRow = 256 + columnText.count + NumberText.longest * columnTextLengths.count
    }

    /// Appends the rows of `batch` to `sink`, each in one piece.
    ///
    /// - Throws: `DataError` where a number is infinite, which JSON cannot say.
    mutating func write(_ batch: RowBatch, to sink: ByteSink) throws {
        prepare(for: batch.schema)
        for row in 0..<batch.count {
            let text = batch.passthrough.isEmpty ? "" : batch.passthrough[row]
            try sink.withSpace(atLeast: longestRow + text.utf8.count) { room in
                guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
                var at = writeIdentity(of: row, of: batch, to: start)
                at = try writeColumns(of: row, of: batch, to: at)
                if !text.isEmpty {
                    at.pointee = UInt8(ascii: ",")
                    at += 1
                    for byte in text.utf8 {
                        at.pointee = byte
                        at += 1
                    }
                }
                at[0] = UInt8(ascii: "}")
                at[1] = UInt8(ascii: "\n")
                return at + 2 - start
            }
        }
    }

    private func writeIdentity(
        of row: Int, of batch: RowBatch, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let keys = batch.schema.keys
        var at = MemberText.write("{\"unit_id\":", to: start)
        at = NumberText.write(batch.unitIDs[row], to: at)
        if keys.contains(.cycle) { at = MemberText.write(",\"cycle\":", known: batch.cycles[row], to: at) }
        if keys.contains(.timestamp) { at = MemberText.write(",\"timestamp\":", time: batch.timestamps[row], to: at) }
        if keys.contains(.rul) { at = MemberText.write(",\"rul\":", known: batch.rul[row], to: at) }
        if keys.contains(.isAnomaly) { at = MemberText.write(",\"is_anomaly\":", label: batch.isAnomaly[row], to: at) }
        return at
    }

    private func writeColumns(
        of row: Int, of batch: RowBatch, to start: UnsafeMutablePointer<UInt8>
    ) throws -> UnsafeMutablePointer<UInt8> {
        let width = batch.width
        return try batch.values.withUnsafeBufferPointer { values in
            try columnText.withUnsafeBufferPointer { text in
                try columnTextLengths.withUnsafeBufferPointer { lengths in
                    guard var text = text.baseAddress else { return start }
                    var at = start
                    for column in 0..<width {
                        let value = values[row * width + column]
                        guard value.magnitude != .infinity else { throw infinity(row, column, batch) }
                        at.update(from: text, count: lengths[column])
                        at += lengths[column]
                        text += lengths[column]
                        at = NumberText.write(value, to: at)
                    }
                    return at
                }
            }
        }
    }

    private func infinity(_ row: Int, _ column: Int, _ batch: RowBatch) -> DataError {
        DataError(
            "'\(batch.schema.columns[column])': expected a finite number, found an infinite one",
            at: batch.location(of: row))
    }
}

/// Writes the members that records have in common.
enum MemberText {
    /// Writes `text`.
    @inline(__always)
    static func write(_ text: StaticString, to at: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return at + text.utf8CodeUnitCount
    }

    /// Writes a key and a whole number, null for `RowBatch.unknown`.
    static func write(
        _ key: StaticString, known value: Int64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let at = write(key, to: start)
        return value == RowBatch.unknown ? write("null", to: at) : NumberText.write(value, to: at)
    }

    /// Writes a key and an instant, null for `RowBatch.unknown`.
    static func write(
        _ key: StaticString, time milliseconds: Int64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var at = write(key, to: start)
        guard Timestamp.writable.contains(milliseconds) else { return write("null", to: at) }
        at.pointee = UInt8(ascii: "\"")
        at += 1
        at += Timestamp.format(milliseconds, into: UnsafeMutableRawBufferPointer(start: at, count: 28))
        at.pointee = UInt8(ascii: "\"")
        return at + 1
    }

    /// Writes a key and a label, null for `RowBatch.unknownLabel`.
    static func write(
        _ key: StaticString, label: Int8, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let at = write(key, to: start)
        return label == 1 ? write("true", to: at) : label == 0 ? write("false", to: at) : write("null", to: at)
    }
}

extension Timestamp {
    /// The instants of the years 0000 to 9999, which have a text form.
    static let writable: Range<Int64> = -62_167_219_200_000..<253_402_300_800_000
}
