import SensorData
import VectorMath

/// Takes optimiser steps on batches of windows.
public typealias AutoencoderTrainer<Scalar: NetworkScalar> = NetworkTrainer<AutoencoderPass<Scalar>>

/// Computes reconstruction errors of any number of windows.
public typealias AutoencoderScorer<Scalar: NetworkScalar> = NetworkScorer<AutoencoderPass<Scalar>>

/// An LSTM autoencoder on its training windows.
public typealias AutoencoderTrainee = NetworkTrainee<AutoencoderPass<Float>>

// The entry points for real windows: of `Float`, so that the generic code below them is compiled for it.

extension NetworkTrainer where Pass == AutoencoderPass<Float> {
    /// Takes one step on the windows of `batch` that `indices` names.
    ///
    /// - Returns: the mean squared error before the step.
    public func step(_ batch: WindowBatch, _ indices: ArraySlice<Int>, rate: Double) -> Double {
        stepOnWindows(batch, indices, rate: rate)
    }
}

extension NetworkScorer where Pass == AutoencoderPass<Float> {
    /// The mean over the steps of each feature's squared error, shape (batch.count, features).
    public func errors(of batch: WindowBatch, pool: WorkerPool) -> [Float] {
        columnErrors(of: batch, pool: pool)
    }

    /// Each window's residuals and code (`AutoencoderPass.evidence`), shape (batch.count, features + bottleneck).
    func evidence(of batch: WindowBatch, shape: LSTMAutoencoder<Float>.Shape, lastRows: Int, pool: WorkerPool)
        -> [Float]
    {
        let width = shape.features + shape.bottleneck
        var evidence = [Float](repeating: 0, count: batch.count * width)
        evidence.withUnsafeMutableBufferPointer { evidence in
            guard let evidence = evidence.baseAddress else { return }
            batch.withRows { rows, starts in
                forEachBlock(
                    count: batch.count, pool: pool,
                    fill: { index, pass, row in pass.setWindow(row, rows + starts[index] * batch.width) }
                ) { first, pass in
                    for row in 0..<pass.rows {
                        pass.evidence(row, lastRows: lastRows, into: evidence + (first + row) * width)
                    }
                }
            }
        }
        return evidence
    }
}

extension NetworkTrainee where Pass == AutoencoderPass<Float> {
    /// Trains `network` on `windows` and measures it on `validation`, healthy windows both.
    ///
    /// - Parameters:
    ///   - dropout: the probability to drop an element between layers.
    ///   - seed: of dropout's random numbers.
    public convenience init(
        _ network: LSTMAutoencoder<Float>, on windows: WindowBatch, validation: WindowBatch,
        adam: Adam<Float>.Settings, dropout: Double, seed: UInt64, pool: WorkerPool
    ) {
        self.init(
            network, on: windows, validation: validation, adam: adam, dropout: dropout, seed: seed, pool: pool,
            step: { $0.step($1, $2, rate: $3) }, errors: { $0.errors(of: $1, pool: $2) })
    }
}
