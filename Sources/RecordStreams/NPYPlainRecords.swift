import Kernels
import SensorData

/// Reads records as `NPYRowEncoder` writes them: 64-bit identities, and doubles side by side. It judges nothing: where a
/// value is not as it should be, the general decoder finds out which.
struct NPYPlainRecords {
    /// Rows read at a time: what is made of them shall fit the processor's nearer caches.
    static let batchRows = 256

    private let schema: RowSchema
    private let recordSize: Int
    private let blockOffset: Int
    private let columns: [ColumnGroup]
    private let unitID: Int
    private var cycle: Int?
    private var timestamp: Int?
    private var rul: Int?
    private var isAnomaly: (offset: Int, lowest: Int8)?

    /// - Parameter blockOffset: where the columns stand, doubles side by side.
    /// - Returns: nil where a member is of another type.
    init?(_ identity: NPYIdentity, schema: RowSchema, recordSize: Int, blockOffset: Int) {
        guard let unitID = identity.unitID, unitID.type == .int64 else { return nil }
        self.schema = schema
        self.recordSize = recordSize
        self.blockOffset = blockOffset
        columns = ColumnGroup.groups(of: schema.columns.indices)
        self.unitID = unitID.offset
        for (member, offset, type) in identity.members {
            switch (member, type.kind, type.size) {
            case (.cycle, .signed, 8): cycle = offset
            case (.timestamp, .signed, 8): timestamp = offset
            case (.rul, .signed, 8): rul = offset
            case (.isAnomaly, .boolean, 1): isAnomaly = (offset, 0)
            case (.isAnomaly, .signed, 1): isAnomaly = (offset, -1)
            default: return nil
            }
        }
    }

    /// Replaces `batch` by the `count` records at `first`.
    ///
    /// - Returns: false where a value needs the general decoder; `batch` is then undefined.
    func read(_ count: Int, at first: UnsafeRawPointer, to batch: inout RowBatch, origin: SourceLocation) -> Bool {
        batch.removeAll(schema: schema)
        batch.origin = origin
        integers(count, at: first + unitID, to: &batch.unitIDs)
        if let cycle { integers(count, at: first + cycle, to: &batch.cycles) }
        if let rul { integers(count, at: first + rul, to: &batch.rul) }
        if let timestamp {
            integers(count, at: first + timestamp, to: &batch.timestamps)
            let known = batch.timestamps
            guard known.allSatisfy({ $0 == RowBatch.unknown || Timestamp.writable.contains($0) }) else { return false }
        }
        if let isAnomaly {
            labels(count, at: first + isAnomaly.offset, to: &batch.isAnomaly)
            guard batch.isAnomaly.allSatisfy({ $0 >= isAnomaly.lowest && $0 <= 1 }) else { return false }
        }
        return numbers(count, at: first + blockOffset, to: &batch.values)
    }

    private func integers(_ count: Int, at first: UnsafeRawPointer, to result: inout [Int64]) {
        result.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { memory, filled in
                for row in 0..<count {
                    memory.initializeElement(
                        at: row, to: (first + row &* recordSize).loadUnaligned(as: Int64.self))
                }
                filled = count
            }
        }
    }

    private func labels(_ count: Int, at first: UnsafeRawPointer, to result: inout [Int8]) {
        result.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { memory, filled in
                for row in 0..<count {
                    memory.initializeElement(at: row, to: (first + row &* recordSize).load(as: Int8.self))
                }
                filled = count
            }
        }
    }

    /// - Returns: false where one of them is infinite.
    private func numbers(_ count: Int, at first: UnsafeRawPointer, to result: inout [Double]) -> Bool {
        let width = schema.columns.count
        var finite = count
        result.append(addingCapacity: count * width) { span in
            span.withUnsafeMutableBufferPointer { memory, filled in
                guard let base = memory.baseAddress else { return }
                columns.withUnsafeBufferPointer { columns in
                    finite = copyRowsBeforeInfinity(
                        RowCopy(
                            from: first, stride: recordSize, to: base, stride: 8 * width, count: count,
                            columns: columns))
                }
                filled = finite * width
            }
        }
        return finite == count
    }
}
