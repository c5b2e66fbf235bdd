import VectorMath

/// Takes optimiser steps on batches of windows.
///
/// A batch is cut into blocks of `blockRows` windows, each with its own gradient; their sum is taken in order, so the
/// parameters do not depend on the number of threads.
public final class AutoencoderTrainer<Scalar: NetworkScalar> {
    /// How many windows share a gradient. It decides the order of the sums.
    public static var blockRows: Int { 32 }

    /// The network being trained.
    public let network: LSTMAutoencoder<Scalar>
    /// The optimiser.
    public let adam: Adam<Scalar>
    /// The gradient of the last step, in the order of the parameters.
    public let gradient: AlignedBuffer<Scalar>

    private let dropout: Dropout<Scalar>
    private let seed: UInt64
    private let pool: WorkerPool
    private let passes: [AutoencoderPass<Scalar>]
    private var blockGradients: [AlignedBuffer<Scalar>] = []

    /// Prepares to train `network`.
    ///
    /// - Parameters:
    ///   - dropout: the probability to drop an element between layers.
    ///   - seed: of dropout's random numbers.
    public init(
        _ network: LSTMAutoencoder<Scalar>, adam: Adam<Scalar>.Settings, dropout: Double, seed: UInt64, pool: WorkerPool
    ) {
        self.network = network
        self.adam = Adam(count: network.layout.parameters.count, settings: adam)
        self.dropout = Dropout(dropout)
        self.seed = seed
        self.pool = pool
        gradient = AlignedBuffer(network.layout.parameters.count)
        passes = (0..<pool.threads).map { _ in
            AutoencoderPass(network, capacity: AutoencoderTrainer.blockRows, trains: true)
        }
    }

    /// Takes one step on `count` windows.
    ///
    /// - Parameter fill: copies window `index` of the batch to row `row` of a pass (`AutoencoderPass.setWindow`).
    /// - Returns: the mean squared error before the step.
    public func step(
        count: Int, rate: Double, fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void
    ) -> Double {
        let (loss, blocks) = computeBlocks(count: count, fill: fill)
        adam.beginStep()
        // Layer by layer, so that threads share the work and what one touches stays in its cache.
        pool.run(tasks: network.layerCount) { layer in
            sum(layer, blocks)
            adam.update(
                network.parameterRange(layer: layer), of: network.parameters.pointer, gradient: gradient.pointer,
                rate: rate)
            network.pack(layer: layer)
        }
        return loss
    }

    /// The loss of `count` windows; leaves its gradient in `gradient`.
    public func computeGradient(
        count: Int, fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void
    ) -> Double {
        let (loss, blocks) = computeBlocks(count: count, fill: fill)
        for layer in 0..<network.layerCount { sum(layer, blocks) }
        return loss
    }

    /// Takes the sum of the blocks' gradients of one layer, in order.
    private func sum(_ layer: Int, _ blocks: Int) {
        let range = network.parameterRange(layer: layer)
        (gradient.pointer + range.lowerBound).update(repeating: 0, count: range.count)
        for block in 0..<blocks { network.collect(layer: layer, blockGradients[block].pointer, into: gradient.pointer) }
    }

    /// The loss of `count` windows; leaves the gradients of its blocks in `blockGradients`.
    private func computeBlocks(
        count: Int, fill: (_ index: Int, _ pass: AutoencoderPass<Scalar>, _ row: Int) -> Void
    ) -> (loss: Double, blocks: Int) {
        let blockRows = AutoencoderTrainer.blockRows
        let blocks = (count + blockRows - 1) / blockRows
        let shape = network.shape
        let loss = MeanSquaredError<Scalar>(count: count * shape.steps * shape.features)
        while blockGradients.count < blocks { blockGradients.append(AlignedBuffer(network.layout.gradientCount)) }
        let firstStream = RandomStream.dropout + UInt64(adam.steps) << 24
        var errors = [Double](repeating: 0, count: blocks)
        errors.withUnsafeMutableBufferPointer { errors in
            pool.run(tasks: blocks) { block, worker in
                let pass = passes[worker]
                let first = block * blockRows
                pass.begin(rows: min(blockRows, count - first))
                for row in 0..<pass.rows { fill(first + row, pass, row) }
                pass.forward(dropout: dropout, seed: seed, stream: firstStream + UInt64(block) << 8)
                errors[block] = pass.squaredError()
                blockGradients[block].fill()
                pass.backward(loss, gradient: blockGradients[block].pointer)
            }
        }
        return (errors.reduce(0, +) / Double(loss.count), blocks)
    }
}
