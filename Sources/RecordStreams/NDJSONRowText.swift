import SensorData

/// Rows of a schema as NDJSON.
struct NDJSONRowText {
    /// The text before each number, `,"sensor_1":`, each padded to a multiple of sixteen bytes.
    private let keyText: [UInt8]
    private let keyLengths: [Int]
    /// The most bytes that a row without passed-through members takes.
    private let longestRow: Int

    init(_ schema: RowSchema) {
        var keyText: [UInt8] = []
        var keyLengths: [Int] = []
        for name in schema.columns {
            let text = Array(",\(JSONText.quote(name)):".utf8)
            keyText += text + repeatElement(0, count: (16 - text.count % 16) % 16)
            keyLengths.append(text.count)
        }
        (self.keyText, self.keyLengths) = (keyText, keyLengths)
        longestRow = 256 + keyText.count + NumberText.longest * keyLengths.count
    }

    /// Room that a row fits in, in bytes.
    func size(of row: Int, of batch: RowBatch) -> Int {
        batch.passthrough.isEmpty ? longestRow : longestRow + batch.passthrough[row].utf8.count
    }

    /// Writes a row.
    ///
    /// - Parameter day: of the row before.
    /// - Returns: the end of the row; nil where a number is infinite.
    @inline(__always)
    func write(
        _ row: Int, of batch: RowBatch, day: inout DayText, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8>? {
        guard var at = writeColumns(of: row, of: batch, to: writeIdentity(of: row, of: batch, day: &day, to: start))
        else { return nil }
        if !batch.passthrough.isEmpty, !batch.passthrough[row].isEmpty {
            at = MemberText.write(batch.passthrough[row], to: MemberText.write(",", to: at))
        }
        return MemberText.write("}\n", to: at)
    }

    @inline(__always)
    private func writeIdentity(
        of row: Int, of batch: RowBatch, day: inout DayText, to start: UnsafeMutablePointer<UInt8>
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
}
