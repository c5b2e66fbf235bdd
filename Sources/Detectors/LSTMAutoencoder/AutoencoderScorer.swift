import VectorMath

/// Computes reconstruction errors of any number of windows, in blocks; a window's errors depend on nothing but the
/// window and the network.
public final class AutoencoderScorer<Scalar: NetworkScalar> {
    /// How many windows a block has.
    public static var blockRows: Int { 64 }

    private let pool: WorkerPool
    private let network: LSTMAutoencoder<Scalar>
    private var passes: [AutoencoderPass<Scalar>] = []

    /// Prepares to score with `network`.
    public init(_ network: LSTMAutoencoder<Scalar>, pool: WorkerPool) {
        self.network = network
        self.pool = pool
    }

    /// The mean over the steps of each feature's squared error, shape (count, features).
    ///
    /// - Parameter fill: copies window `index` to row `row` of a pass (`AutoencoderPass.setWindow`).
    public func score(
        count: Int, errors: inout [Scalar],
        fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void
    ) {
        let features = network.shape.features
        let steps = Scalar(network.shape.steps)
        errors.withUnsafeMutableBufferPointer { errors in
            forEachBlock(count: count, fill: fill) { first, pass in
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
        count: Int, fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void,
        _ body: (_ first: Int, _ pass: AutoencoderPass<Scalar>) -> Void
    ) {
        let blockRows = AutoencoderScorer.blockRows
        let capacity = min(count, blockRows)
        if (passes.first?.capacity ?? 0) < capacity {
            passes = (0..<pool.threads).map { _ in AutoencoderPass(network, capacity: capacity, trains: false) }
        }
        let passes = passes
        pool.run(tasks: (count + blockRows - 1) / blockRows) { block, worker in
            let pass = passes[worker]
            let first = block * blockRows
            pass.begin(rows: min(blockRows, count - first))
            for row in 0..<pass.rows { fill(first + row, pass, row) }
            pass.forward()
            _ = pass.squaredError()
            body(first, pass)
        }
    }
}
