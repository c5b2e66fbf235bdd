import SensorData

/// Writes windows as NPY arrays: the identity of the last row, and `window`, a sub-array of shape (length,) of records of
/// `<f4` by column name.
struct NPYWindowEncoder {
    private var arrays: NPYArrayWriter
    private var shape: Shape?
    private var identity = NPYIdentityWriter(keys: [])

    private struct Shape: Equatable {
        var columns: [String]
        var length: Int
        var keys: RowSchema.Keys
    }

    init(arrayLength: Int) {
        arrays = NPYArrayWriter(arrayLength: arrayLength)
    }

    /// Adds the windows of `batch`, and writes the arrays that are full. Windows of another shape start a new array.
    ///
    /// - Throws: `DataError` where a number is not finite.
    mutating func write(_ batch: WindowBatch, to sink: ByteSink) throws {
        let shape = Shape(columns: batch.columns, length: batch.length, keys: batch.keys)
        if shape != self.shape {
            try finish(to: sink)
            self.shape = shape
            identity = NPYIdentityWriter(keys: batch.keys)
            arrays.begin(recordSize: identity.size + 4 * batch.length * batch.width)
        }
        for index in 0..<batch.count {
            try batch.withWindow(index) { values in
                if let place = values.firstIndex(where: { !$0.isFinite }) {
                    throw WindowFault.notFinite(index, place % batch.width, batch)
                }
                arrays.append { record in
                    var cursor = RecordCursor(record)
                    identity.put(index, of: batch, &cursor)
                    cursor.put(contentsOf: values)
                }
            }
            if arrays.isFull { try finish(to: sink) }
        }
    }

    /// Writes the windows that wait as an array.
    mutating func finish(to sink: ByteSink) throws {
        guard let shape else { return }
        let columns = shape.columns.map { "(\(NPYHeader.quote($0)), '<f4')" }.joined(separator: ", ")
        let fields = identity.fields + ["('window', [\(columns)], (\(shape.length),))"]
        try arrays.write(descr: "[\(fields.joined(separator: ", "))]", to: sink)
    }
}
