import SensorData
import VectorMath

// The entry points for real windows: of `Float`, so that the generic code below them is compiled for it.

extension AutoencoderTrainer where Scalar == Float {
    /// Takes one step on the windows of `batch` that `indices` names.
    ///
    /// - Returns: the mean squared error before the step.
    public func step(_ batch: WindowBatch, _ indices: ArraySlice<Int>, rate: Double) -> Double {
        withRows(of: batch) { rows, starts in
            step(count: indices.count, rate: rate) { index, pass, row in
                pass.setWindow(row, rows + starts[indices[indices.startIndex + index]] * batch.width)
            }
        }
    }
}

extension AutoencoderScorer where Scalar == Float {
    /// The mean over the steps of each feature's squared error, shape (batch.count, features).
    public func errors(of batch: WindowBatch, pool: WorkerPool) -> [Float] {
        var errors = [Float](repeating: 0, count: batch.count * batch.width)
        withRows(of: batch) { rows, starts in
            score(count: batch.count, errors: &errors, pool: pool) { index, pass, row in
                pass.setWindow(row, rows + starts[index] * batch.width)
            }
        }
        return errors
    }
}

/// Calls `body` with the row-major values of `batch` and the first row of each window, all of which lie within it.
private func withRows<Result>(
    of batch: WindowBatch, _ body: (UnsafePointer<Float>, UnsafeBufferPointer<Int>) throws -> Result
) rethrows -> Result {
    let lastStart = batch.width > 0 ? batch.rows.count / batch.width - batch.length : -1
    precondition(batch.starts.allSatisfy { $0 >= 0 && $0 <= lastStart }, "a window lies outside its rows")
    return try batch.rows.withUnsafeBufferPointer { rows in
        try batch.starts.withUnsafeBufferPointer { starts in
            var nothing: Float = 0
            return try withUnsafePointer(to: &nothing) { try body(rows.baseAddress ?? $0, starts) }
        }
    }
}
