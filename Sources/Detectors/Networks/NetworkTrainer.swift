import SensorData
import VectorMath

/// Takes optimiser steps on batches of windows.
///
/// A batch is cut into groups of `Pass.gradientWindows` windows, each with its own gradient; their sum is taken in
/// order, so the parameters do not depend on the number of threads.
public final class NetworkTrainer<Pass: WindowPass> {
    /// What the network computes with.
    public typealias Scalar = Pass.Network.Scalar

    /// The network being trained.
    public let network: Pass.Network
    /// The optimiser.
    public let adam: Adam<Scalar>
    /// The gradient of the last step, in the order of the parameters.
    public let gradient: AlignedBuffer<Scalar>

    private let dropout: Dropout<Scalar>?
    private let seed: UInt64
    private let pool: WorkerPool
    private let passes: [Pass]
    private let arena = Arena()
    private var groupGradients: [AlignedBuffer<Scalar>] = []

    /// Prepares to train `network`.
    ///
    /// - Parameters:
    ///   - dropout: the probability to drop an element.
    ///   - seed: of dropout's random numbers.
    public init(
        _ network: Pass.Network, adam: Adam<Scalar>.Settings, dropout: Double, seed: UInt64, pool: WorkerPool
    ) {
        self.network = network
        self.adam = Adam(count: network.layout.parameters.count, settings: adam, in: arena)
        self.dropout = dropout > 0 ? Dropout(dropout) : nil
        self.seed = seed
        self.pool = pool
        gradient = AlignedBuffer(network.layout.parameters.count, in: arena)
        passes = (0..<pool.threads).map { _ in Pass(network, capacity: Pass.blockWindows.training, trains: true) }
    }

    /// Takes one step on `count` windows.
    ///
    /// - Parameter fill: copies window `index` of the batch to place `row` of a pass (`WindowPass.setWindow`).
    /// - Returns: the mean squared error before the step.
    public func step(count: Int, rate: Double, fill: (_ index: Int, _ pass: Pass, _ row: Int) -> Void) -> Double {
        let (loss, groups) = computeGroups(count: count, fill: fill)
        adam.beginStep()
        // Layer by layer, so that threads share the work and what one touches stays in its cache.
        pool.run(tasks: network.layerCount) { layer in
            sum(layer, groups)
            adam.update(
                network.parameterRange(layer: layer), of: network.parameters.pointer, gradient: gradient.pointer,
                rate: rate)
            network.pack(layer: layer)
        }
        return loss
    }

    /// The loss of `count` windows; leaves its gradient in `gradient`.
    public func computeGradient(count: Int, fill: (_ index: Int, _ pass: Pass, _ row: Int) -> Void) -> Double {
        let (loss, groups) = computeGroups(count: count, fill: fill)
        for layer in 0..<network.layerCount { sum(layer, groups) }
        return loss
    }

    /// Takes the sum of the groups' gradients of one layer, in order.
    private func sum(_ layer: Int, _ groups: Int) {
        let range = network.parameterRange(layer: layer)
        (gradient.pointer + range.lowerBound).update(repeating: 0, count: range.count)
        for group in 0..<groups { network.collect(layer: layer, groupGradients[group].pointer, into: gradient.pointer) }
    }

    /// The loss of `count` windows; leaves the gradients of its groups in `groupGradients`.
    private func computeGroups(
        count: Int, fill: (_ index: Int, _ pass: Pass, _ row: Int) -> Void
    ) -> (loss: Double, groups: Int) {
        let size = Pass.gradientWindows
        let groups = (count + size - 1) / size
        let loss = MeanSquaredError<Scalar>(count: count * network.judgedRows * network.windowWidth)
        while groupGradients.count < groups {
            groupGradients.append(AlignedBuffer(network.layout.gradientCount, in: arena))
        }
        let stream = RandomStream.dropout + UInt64(adam.steps) << 24
        var errors = [Double](repeating: 0, count: groups)
        errors.withUnsafeMutableBufferPointer { errors in
            pool.run(tasks: groups) { group, worker in
                let windows = group * size..<min((group + 1) * size, count)
                errors[group] = addGradient(
                    of: windows, loss, to: groupGradients[group], passes[worker], stream, fill)
            }
        }
        return (errors.reduce(0, +) / Double(loss.count), groups)
    }

    /// The sum of the squared errors of `windows`, block by block, and their gradient.
    private func addGradient(
        of windows: Range<Int>, _ loss: MeanSquaredError<Scalar>, to gradient: AlignedBuffer<Scalar>, _ pass: Pass,
        _ stream: UInt64, _ fill: (_ index: Int, _ pass: Pass, _ row: Int) -> Void
    ) -> Double {
        gradient.fill()
        var sum = 0.0
        for first in stride(from: windows.lowerBound, to: windows.upperBound, by: pass.capacity) {
            pass.begin(rows: min(pass.capacity, windows.upperBound - first))
            for row in 0..<pass.rows { fill(first + row, pass, row) }
            pass.forward(dropout: dropout, seed: seed, stream: stream + UInt64(first / pass.capacity) << 8)
            sum += pass.squaredError()
            pass.backward(loss, gradient: gradient.pointer)
        }
        return sum
    }
}

extension NetworkTrainer where Pass.Network.Scalar == Float {
    /// Takes one step on the windows of `batch` that `indices` names.
    ///
    /// - Returns: the mean squared error before the step.
    @inline(__always)
    func stepOnWindows(_ batch: WindowBatch, _ indices: ArraySlice<Int>, rate: Double) -> Double {
        batch.withRows { rows, starts in
            step(count: indices.count, rate: rate) { index, pass, row in
                pass.setWindow(row, rows + starts[indices[indices.startIndex + index]] * batch.width)
            }
        }
    }
}
