import Synchronization
import VectorMath

/// Computes reconstruction errors of any number of windows, in blocks; a window's errors depend on nothing but the
/// window and the network.
public final class AutoencoderScorer<Scalar: NetworkScalar>: Sendable {
    /// How many windows a block has: few enough that threads share a batch, and that its states stay in the cache.
    public static var blockRows: Int { 32 }

    private let network: LSTMAutoencoder<Scalar>
    /// Work spaces that no one uses at the moment.
    private let idle = Mutex(Idle())

    private struct Idle: @unchecked Sendable {
        var passes: [AutoencoderPass<Scalar>] = []
    }

    /// Prepares to score with `network`.
    public init(_ network: LSTMAutoencoder<Scalar>) {
        self.network = network
    }

    /// The mean over the steps of each feature's squared error, shape (count, features).
    ///
    /// - Parameter fill: copies window `index` to row `row` of a pass (`AutoencoderPass.setWindow`).
    public func score(
        count: Int, errors: inout [Scalar], pool: WorkerPool,
        fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void
    ) {
        let features = network.shape.features
        let steps = Scalar(network.shape.steps)
        errors.withUnsafeMutableBufferPointer { errors in
            forEachBlock(count: count, pool: pool, fill: fill) { first, pass in
                for row in 0..<pass.rows {
                    let sums = pass.errors.pointer + row * pass.featureStride
                    for feature in 0..<features {
                        errors[(first + row) * features + feature] = sums[feature] / steps
                    }
                }
            }
        }
    }

    /// Runs all windows through the network and calls `body` with each block's first window and its pass.
    public func forEachBlock(
        count: Int, pool: WorkerPool, fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void,
        _ body: (_ first: Int, _ pass: AutoencoderPass<Scalar>) -> Void
    ) {
        let blockRows = AutoencoderScorer.blockRows
        pool.run(tasks: (count + blockRows - 1) / blockRows) { block in
            let first = block * blockRows
            let rows = min(blockRows, count - first)
            let pass = takePass(rows)
            pass.begin(rows: rows)
            for row in 0..<rows { fill(first + row, pass, row) }
            pass.forward()
            _ = pass.squaredError()
            body(first, pass)
            returnPass(pass)
        }
    }

    /// A work space for `rows` windows: one that is idle, or a new one.
    private func takePass(_ rows: Int) -> AutoencoderPass<Scalar> {
        let found = idle.withLock { idle in
            idle.passes.lastIndex { $0.capacity >= rows }.map { Pass(value: idle.passes.remove(at: $0)) }
        }
        return found?.value ?? AutoencoderPass(network, capacity: rows, trains: false)
    }

    private func returnPass(_ pass: AutoencoderPass<Scalar>) {
        let pass = Pass(value: pass)
        idle.withLock { $0.passes.append(pass.value) }
    }

    /// A work space on its way between its users; it has one at a time.
    private struct Pass: @unchecked Sendable {
        let value: AutoencoderPass<Scalar>
    }
}
