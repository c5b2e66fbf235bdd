import Kernels
import SensorData

/// Writes rows as NPY arrays: the identity, then the columns as `<f8` by name, NaN where a value is missing. There is no
/// place for members that are no numbers; they are left out.
struct NPYRowEncoder {
    private var arrays: NPYArrayWriter
    private var schema: RowSchema?
    private var identity = NPYIdentityWriter(keys: [])
    /// The columns' fields as Python literals; the same for every array of a schema.
    private var columnFields = ""
    private var columns: [ColumnGroup] = []

    init(arrayLength: Int) {
        arrays = NPYArrayWriter(arrayLength: arrayLength)
    }

    /// Adds the rows of `batch`, and writes the arrays that are full. A schema that differs starts a new array.
    ///
    /// - Throws: `DataError` where a number is infinite.
    mutating func write(_ batch: RowBatch, to sink: ByteSink) throws {
        try adopt(batch.schema, sink)
        var row = 0
        while row < batch.count {
            let run = row..<min(batch.count, row + arrays.room)
            let written = append(run, of: batch)
            guard written == run.count else {
                throw DataError(
                    "expected finite numbers, found an infinite one", at: batch.location(of: row + written))
            }
            row = run.upperBound
            if arrays.isFull { try finish(to: sink) }
        }
    }

    /// Adds rows that are `rows` of `batch` in identity, with the columns of `schema`, and writes the arrays that are full.
    mutating func write(
        _ rows: [Int], of batch: RowBatch, as schema: RowSchema, filling fill: RecordWriter.Fill, to sink: ByteSink
    ) throws {
        try adopt(schema, sink)
        let (stride, offset) = (arrays.recordSize, identity.size)
        // A slice of an array would be counted for every few rows.
        try rows.withUnsafeBufferPointer { rows in
            var first = 0
            while first < rows.count {
                let part = first..<min(rows.count, first + arrays.room)
                _ = arrays.append(atMost: part.count) { records in
                    fill(part, records + offset, stride)
                    identity.put(rows[part], of: batch, at: records, stride: stride)
                    return part.count
                }
                first = part.upperBound
                if arrays.isFull { try finish(to: sink) }
            }
        }
    }

    private mutating func adopt(_ schema: RowSchema, _ sink: ByteSink) throws {
        guard schema != self.schema else { return }
        try finish(to: sink)
        self.schema = schema
        identity = NPYIdentityWriter(keys: schema.keys)
        columnFields = schema.columns.map { ", (\(NPYHeader.quote($0)), '<f8')" }.joined()
        columns = ColumnGroup.groups(of: schema.columns.indices)
        arrays.begin(recordSize: identity.size + 8 * schema.columns.count)
    }

    /// Adds `rows`, or those of them before one with an infinite number.
    ///
    /// - Returns: how many were added.
    private mutating func append(_ rows: Range<Int>, of batch: RowBatch) -> Int {
        let (width, stride, offset) = (batch.width, arrays.recordSize, identity.size)
        return arrays.append(atMost: rows.count) { records in
            let written = batch.values.withUnsafeBufferPointer { values in
                columns.withUnsafeBufferPointer { columns in
                    guard let base = values.baseAddress else { return rows.count }
                    return copyRowsBeforeInfinity(
                        RowCopy(
                            from: base + rows.lowerBound * width, stride: 8 * width, to: records + offset,
                            stride: stride, count: rows.count, columns: columns))
                }
            }
            identity.put(rows.prefix(written), of: batch, at: records, stride: stride)
            return written
        }
    }

    /// Writes the rows that wait as an array.
    mutating func finish(to sink: ByteSink) throws {
        guard schema != nil else { return }
        try arrays.write(descr: "[\(identity.fields.joined(separator: ", "))\(columnFields)]", to: sink)
    }
}
