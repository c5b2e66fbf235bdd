import Kernels
import SensorData
import VectorMath

/// Writes rows as NDJSON.
struct NDJSONRowEncoder {
    /// Rows that a thread writes at a time.
    private static let rowsAtOnce = 32
    /// A batch of rows hardly has more parts.
    private static let mostThreads = 8

    private let threads: Int
    private var schema: RowSchema?
    private var text = NDJSONRowText(RowSchema(keys: [], columns: []))
    private var day = DayText()
    /// Made when there are rows to share.
    private var pool: WorkerPool?
    /// Room for the rows that threads write.
    private var room: [UInt8] = []

    /// - Parameter threads: how many threads share many rows; 0 is one per processor.
    init(threads: Int) {
        self.threads = min(threads > 0 ? threads : usableProcessors(), NDJSONRowEncoder.mostThreads)
    }

    /// Appends the rows of `batch` to `sink`, each in one piece.
    ///
    /// - Throws: `DataError` where a number is infinite, which JSON cannot say; the rows before it are written.
    mutating func write(_ batch: RowBatch, to sink: ByteSink) throws {
        if batch.schema != schema {
            schema = batch.schema
            text = NDJSONRowText(batch.schema)
        }
        if threads > 1, batch.count > NDJSONRowEncoder.rowsAtOnce {
            let pool = pool ?? WorkerPool(threads: threads)
            self.pool = pool
            return try write(batch, sharedBy: pool, to: sink)
        }
        var row = 0
        while row < batch.count {
            var isInfinite = false
            try sink.withSpace(atLeast: text.size(of: row, of: batch)) { room in
                guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
                let end = start + room.count
                var at = start
                repeat {
                    guard let rowEnd = text.write(row, of: batch, day: &day, to: at) else {
                        isInfinite = true
                        break
                    }
                    at = rowEnd
                    row += 1
                } while row < batch.count && end - at >= text.size(of: row, of: batch)
                return at - start
            }
            if isInfinite { throw infinity(row, batch) }
        }
    }

    /// Lets threads write parts of the batch side by side, which go to `sink` in their order: the same bytes.
    private mutating func write(_ batch: RowBatch, sharedBy pool: WorkerPool, to sink: ByteSink) throws {
        let parts = stride(from: 0, to: batch.count, by: NDJSONRowEncoder.rowsAtOnce).map {
            $0..<min(batch.count, $0 + NDJSONRowEncoder.rowsAtOnce)
        }
        let text = text
        var places = [0]
        for part in parts { places.append(part.reduce(places[places.count - 1]) { $0 + text.size(of: $1, of: batch) }) }
        if let size = places.last, room.count < size {
            room.append(contentsOf: repeatElement(0, count: size - room.count))
        }
        var ends = places
        var rows = parts.map(\.lowerBound)
        let odd = try room.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress else { return nil as Int? }
            ends.withUnsafeMutableBufferPointer { ends in
                rows.withUnsafeMutableBufferPointer { rows in
                    pool.run(tasks: parts.count) { part in
                        var day = DayText()
                        var at = base + places[part]
                        var row = parts[part].lowerBound
                        while row < parts[part].upperBound,
                            let end = text.write(row, of: batch, day: &day, to: at)
                        {
                            at = end
                            row += 1
                        }
                        ends[part] = at - base
                        rows[part] = row
                    }
                }
            }
            for part in parts.indices {
                try sink.write(UnsafeRawBufferPointer(start: base + places[part], count: ends[part] - places[part]))
                if rows[part] < parts[part].upperBound { return rows[part] }
            }
            return nil
        }
        if let odd { throw infinity(odd, batch) }
    }

    private func infinity(_ row: Int, _ batch: RowBatch) -> DataError {
        let values = batch.values[row * batch.width..<(row + 1) * batch.width]
        let column = (values.firstIndex { $0.magnitude == .infinity } ?? values.startIndex) - values.startIndex
        return DataError(
            "'\(batch.schema.columns[column])': expected a finite number, found an infinite one",
            at: batch.location(of: row))
    }
}
