import SensorData

/// Writes rows as NDJSON.
struct NDJSONRowEncoder {
    private var schema: RowSchema?
    /// The text before each number, `,"sensor_1":`, each padded to a multiple of sixteen bytes.
    private var keyText: [UInt8] = []
    private var keyLengths: [Int] = []
    /// The most bytes that a row without passed-through members takes.
    private var longestRow = 0
    private var day = DayText()

    private mutating func prepare(for schema: RowSchema) {
        guard schema != self.schema else { return }
        self.schema = schema
        keyText = []
        keyLengths = []
        for name in schema.columns {
            let text = Array(",\(JSONText.quote(name)):".utf8)
            keyText += text + repeatElement(0, count: (16 - text.count % 16) % 16)
            keyLengths.append(text.count)
        }
        longestRow = 256 + keyText.count + NumberText.longest * keyLengths.count
    }

    /// Appends the rows of `batch` to `sink`, each in one piece.
    ///
    /// - Throws: `DataError` where a number is infinite, which JSON cannot say; the rows before it are written.
    mutating func write(_ batch: RowBatch, to sink: ByteSink) throws {
        prepare(for: batch.schema)
        var row = 0
        var fault: DataError?
        while row < batch.count, fault == nil {
            try sink.withSpace(atLeast: size(of: row, of: batch)) { room in
                guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
                let end = start + room.count
                var at = start
                repeat {
                    guard let rowEnd = write(row, of: batch, to: at) else {
                        fault = infinity(row, batch)
                        break
                    }
                    at = rowEnd
                    row += 1
                } while row < batch.count && end - at >= size(of: row, of: batch)
                return at - start
            }
        }
        if let fault { throw fault }
    }

    private func size(of row: Int, of batch: RowBatch) -> Int {
        batch.passthrough.isEmpty ? longestRow : longestRow + batch.passthrough[row].utf8.count
    }

    /// - Returns: the end of the row; nil where a number is infinite.
    @inline(__always)
    private mutating func write(
        _ row: Int, of batch: RowBatch, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8>? {
        guard var at = writeColumns(of: row, of: batch, to: writeIdentity(of: row, of: batch, to: start)) else {
            return nil
        }
        if !batch.passthrough.isEmpty, !batch.passthrough[row].isEmpty {
            at = MemberText.write(batch.passthrough[row], to: MemberText.write(",", to: at))
        }
        return MemberText.write("}\n", to: at)
    }

    @inline(__always)
    private mutating func writeIdentity(
        of row: Int, of batch: RowBatch, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let keys = batch.schema.keys
        var at = MemberText.write("{\"unit_id\":", to: start)
        at = NumberText.write(batch.unitIDs[row], to: at)
        if keys.contains(.cycle) { at = MemberText.write(",\"cycle\":", known: batch.cycles[row], to: at) }
        if keys.contains(.timestamp) {
            at = day.write(batch.timestamps[row], to: MemberText.write(",\"timestamp\":", to: at))
        }
        if keys.contains(.rul) { at = MemberText.write(",\"rul\":", known: batch.rul[row], to: at) }
        if keys.contains(.isAnomaly) { at = MemberText.write(",\"is_anomaly\":", label: batch.isAnomaly[row], to: at) }
        return at
    }

    @inline(__always)
    private func writeColumns(
        of row: Int, of batch: RowBatch, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8>? {
        batch.values.withUnsafeBufferPointer { values in
            keyText.withUnsafeBytes { text in
                keyLengths.withUnsafeBufferPointer { lengths in
                    guard var key = text.baseAddress else { return start }
                    var at = start
                    let first = row &* lengths.count
                    for column in 0..<lengths.count {
                        let value = values[first &+ column]
                        guard value.magnitude != .infinity else { return nil }
                        let length = lengths[column]
                        // Whole words, past the end of the key; the number overwrites what is too much.
                        var copied = 0
                        repeat {
                            let words = key.loadUnaligned(as: (UInt64, UInt64).self)
                            UnsafeMutableRawPointer(at + copied).storeBytes(of: words, as: (UInt64, UInt64).self)
                            key += 16
                            copied &+= 16
                        } while copied < length
                        at = NumberText.write(value, to: at + length)
                    }
                    return at
                }
            }
        }
    }

    private func infinity(_ row: Int, _ batch: RowBatch) -> DataError {
        let values = batch.values[row * batch.width..<(row + 1) * batch.width]
        let column = (values.firstIndex { $0.magnitude == .infinity } ?? values.startIndex) - values.startIndex
        return DataError(
            "'\(batch.schema.columns[column])': expected a finite number, found an infinite one",
            at: batch.location(of: row))
    }
}
