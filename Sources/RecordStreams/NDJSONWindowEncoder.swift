import SensorData

/// Writes windows as NDJSON: the identity of the last row, and `window`, a list of objects in the order of time.
struct NDJSONWindowEncoder {
    /// Appends the windows of `batch` to `sink`, each in one piece.
    ///
    /// - Throws: `DataError` where a number is not finite, which a window must not carry.
    func write(_ batch: WindowBatch, to sink: ByteSink) throws {
        let keys = batch.columns.enumerated().map { Array("\($0 == 0 ? "{" : ",")\(JSONText.quote($1)):".utf8) }
        let rowSize = keys.reduce(2) { $0 + $1.count + NumberText.longest }
        for index in 0..<batch.count {
            try sink.withSpace(atLeast: 256 + batch.length * rowSize) { room in
                guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
                var at = writeIdentity(of: index, of: batch, to: start)
                at = MemberText.write(",\"window\":[", to: at)
                try batch.withWindow(index) { values in
                    for step in 0..<batch.length {
                        if step > 0 { at = MemberText.write(",", to: at) }
                        if keys.isEmpty { at = MemberText.write("{", to: at) }
                        for column in 0..<batch.width {
                            let value = values[step * batch.width + column]
                            guard value.isFinite else { throw WindowFault.notFinite(index, column, batch) }
                            at.update(from: keys[column], count: keys[column].count)
                            at = NumberText.write(value, to: at + keys[column].count)
                        }
                        at = MemberText.write("}", to: at)
                    }
                }
                return MemberText.write("]}\n", to: at) - start
            }
        }
    }

    private func writeIdentity(
        of index: Int, of batch: WindowBatch, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let keys = batch.keys
        var at = MemberText.write("{\"unit_id\":", to: start)
        at = NumberText.write(batch.unitIDs[index], to: at)
        if keys.contains(.cycle) { at = MemberText.write(",\"cycle\":", known: batch.cycles[index], to: at) }
        if keys.contains(.timestamp) { at = MemberText.write(",\"timestamp\":", time: batch.timestamps[index], to: at) }
        if keys.contains(.rul) { at = MemberText.write(",\"rul\":", known: batch.rul[index], to: at) }
        if keys.contains(.isAnomaly) {
            at = MemberText.write(",\"is_anomaly\":", label: batch.isAnomaly[index], to: at)
        }
        return at
    }
}

/// Faults of windows that both forms share.
enum WindowFault {
    /// A window with a number that is NaN or infinite.
    static func notFinite(_ index: Int, _ column: Int, _ batch: WindowBatch) -> DataError {
        var location = batch.origin
        location.number += index
        return DataError(
            "'\(batch.columns[column])': expected a finite number in a window, found none", at: location)
    }
}
