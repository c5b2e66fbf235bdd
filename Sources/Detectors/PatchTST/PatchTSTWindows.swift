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
