import SensorData

/// Writes rows as NPY arrays: the identity, then the columns as `<f8` by name, NaN where a value is missing. There is no
/// place for members that are no numbers; they are left out.
struct NPYRowEncoder {
    private var arrays: NPYArrayWriter
    private var schema: RowSchema?
    private var identity = NPYIdentityWriter(keys: [])
    /// The columns' fields as Python literals; the same for every array of a schema.
    private var columnFields = ""

    init(arrayLength: Int) {
        arrays = NPYArrayWriter(arrayLength: arrayLength)
    }

    /// Adds the rows of `batch`, and writes the arrays that are full. A schema that differs starts a new array.
    ///
    /// - Throws: `DataError` where a number is infinite.
    mutating func write(_ batch: RowBatch, to sink: ByteSink) throws {
        if batch.schema != schema {
            try finish(to: sink)
            schema = batch.schema
            identity = NPYIdentityWriter(keys: batch.schema.keys)
            columnFields = batch.schema.columns.map { ", (\(NPYHeader.quote($0)), '<f8')" }.joined()
            arrays.begin(recordSize: identity.size + 8 * batch.width)
        }
        let width = batch.width
        let isSound = !batch.values.withUnsafeBufferPointer(containsInfinity)
        for row in 0..<batch.count {
            try batch.values.withUnsafeBufferPointer { values in
                let values = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
                guard isSound || !containsInfinity(values) else {
                    throw DataError("expected finite numbers, found an infinite one", at: batch.location(of: row))
                }
                arrays.append { record in
                    var cursor = RecordCursor(record)
                    identity.put(row, of: batch, &cursor)
                    cursor.put(contentsOf: values)
                }
            }
            if arrays.isFull { try finish(to: sink) }
        }
    }

    /// Writes the rows that wait as an array.
    mutating func finish(to sink: ByteSink) throws {
        guard schema != nil else { return }
        try arrays.write(descr: "[\(identity.fields.joined(separator: ", "))\(columnFields)]", to: sink)
    }
}
