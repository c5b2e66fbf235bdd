import SensorData
import VectorMath

/// Takes optimiser steps on batches of windows.
public typealias PatchTSTTrainer<Scalar: NetworkScalar> = NetworkTrainer<PatchTSTPass<Scalar>>

/// Computes forecast errors of any number of windows.
public typealias PatchTSTScorer<Scalar: NetworkScalar> = NetworkScorer<PatchTSTPass<Scalar>>

/// A PatchTST on its training windows.
public typealias PatchTSTTrainee = NetworkTrainee<PatchTSTPass<Float>>

// The entry points for real windows: of `Float`, so that the generic code below them is compiled for it.

extension NetworkTrainer where Pass == PatchTSTPass<Float> {
    /// Takes one step on the windows of `batch` that `indices` names.
    ///
    /// - Returns: the mean squared error before the step.
    public func step(_ batch: WindowBatch, _ indices: ArraySlice<Int>, rate: Double) -> Double {
        stepOnWindows(batch, indices, rate: rate)
    }
}

extension NetworkScorer where Pass == PatchTSTPass<Float> {
    /// The mean squared error of each channel's forecast, shape (batch.count, channels).
    public func errors(of batch: WindowBatch, pool: WorkerPool) -> [Float] {
        columnErrors(of: batch, pool: pool)
    }
}

extension NetworkScorer where Pass == PatchTSTPass<Float> {
    /// The mean over the last `count` rows of what each channel was above its forecast, as windows of one row.
    func residuals(of batch: WindowBatch, last count: Int, pool: WorkerPool) -> WindowBatch {
        var residuals = WindowBatch(columns: batch.columns, length: 1, keys: [])
        residuals.origin = batch.origin
        residuals.starts = Array(0..<batch.count)
        residuals.unitIDs = batch.unitIDs
        let width = batch.width
        var values = [Float](repeating: 0, count: batch.count * width)
        values.withUnsafeMutableBufferPointer { values in
            guard let values = values.baseAddress else { return }
            batch.withRows { rows, starts in
                forEachBlock(
                    count: batch.count, pool: pool,
                    fill: { index, pass, row in pass.setWindow(row, rows + starts[index] * width) },
                    { first, pass in
                        for row in 0..<pass.rows {
                            pass.residuals(row, last: count, into: values + (first + row) * width)
                        }
                    })
            }
        }
        residuals.rows = values
        return residuals
    }
}

extension NetworkTrainee where Pass == PatchTSTPass<Float> {
    /// Trains `network` on `windows` and measures it on `validation`, healthy windows both.
    ///
    /// - Parameters:
    ///   - dropout: the probability to drop an element.
    ///   - seed: of dropout's random numbers.
    public convenience init(
        _ network: PatchTST<Float>, on windows: WindowBatch, validation: WindowBatch, adam: Adam<Float>.Settings,
        dropout: Double, seed: UInt64, pool: WorkerPool
    ) {
        self.init(
            network, on: windows, validation: validation, adam: adam, dropout: dropout, seed: seed, pool: pool,
            step: { $0.step($1, $2, rate: $3) }, errors: { $0.errors(of: $1, pool: $2) })
    }
}
