import SensorData
import Synchronization
import VectorMath

/// Computes the errors of any number of windows, in blocks; a window's errors depend on nothing but the window and the
/// network.
public final class NetworkScorer<Pass: WindowPass>: Sendable {
    /// What the network computes with.
    public typealias Scalar = Pass.Network.Scalar

    private let network: Pass.Network
    /// Work spaces that no one uses at the moment.
    private let idle = Mutex(Idle())

    private struct Idle: @unchecked Sendable {
        var passes: [Pass] = []
    }

    /// Prepares to score with `network`.
    public init(_ network: Pass.Network) {
        self.network = network
    }

    /// The mean over the judged rows of each column's squared error, shape (count, width).
    ///
    /// - Parameter fill: copies window `index` to place `row` of a pass (`WindowPass.setWindow`).
    public func score(
        count: Int, errors: inout [Scalar], pool: WorkerPool,
        fill: (_ index: Int, _ pass: Pass, _ row: Int) -> Void
    ) {
        let width = network.windowWidth
        errors.withUnsafeMutableBufferPointer { errors in
            guard let errors = errors.baseAddress else { return }
            forEachBlock(count: count, pool: pool, fill: fill) { first, pass in
                for row in 0..<pass.rows { pass.columnErrors(row, into: errors + (first + row) * width) }
            }
        }
    }

    /// Runs all windows through the network and calls `body` with each block's first window and its pass.
    public func forEachBlock(
        count: Int, pool: WorkerPool, fill: (_ index: Int, _ pass: Pass, _ row: Int) -> Void,
        _ body: (_ first: Int, _ pass: Pass) -> Void
    ) {
        let size = Pass.blockWindows.scoring
        pool.run(tasks: (count + size - 1) / size) { block in
            let first = block * size
            let rows = min(size, count - first)
            let pass = takePass(rows)
            pass.begin(rows: rows)
            for row in 0..<rows { fill(first + row, pass, row) }
            pass.forward(dropout: nil, seed: 0, stream: 0)
            _ = pass.squaredError()
            body(first, pass)
            returnPass(pass)
        }
    }

    /// A work space for `rows` windows: one that is idle, or a new one.
    private func takePass(_ rows: Int) -> Pass {
        let found = idle.withLock { idle in
            idle.passes.lastIndex { $0.capacity >= rows }.map { Carried(value: idle.passes.remove(at: $0)) }
        }
        return found?.value ?? Pass(network, capacity: rows, trains: false)
    }

    private func returnPass(_ pass: Pass) {
        let carried = Carried(value: pass)
        idle.withLock { $0.passes.append(carried.value) }
    }

    /// A work space on its way between its users; it has one at a time.
    private struct Carried: @unchecked Sendable {
        let value: Pass
    }
}

extension NetworkScorer where Pass.Network.Scalar == Float {
    /// The mean over the judged rows of each column's squared error, shape (batch.count, width).
    @inline(__always)
    func columnErrors(of batch: WindowBatch, pool: WorkerPool) -> [Float] {
        var errors = [Float](repeating: 0, count: batch.count * batch.width)
        batch.withRows { rows, starts in
            score(count: batch.count, errors: &errors, pool: pool) { index, pass, row in
                pass.setWindow(row, rows + starts[index] * batch.width)
            }
        }
        return errors
    }
}

extension WindowBatch {
    /// Calls `body` with the row-major values and the first row of each window, all of which lie within them.
    func withRows<Result>(
        _ body: (UnsafePointer<Float>, UnsafeBufferPointer<Int>) throws -> Result
    ) rethrows -> Result {
        let lastStart = width > 0 ? rows.count / width - length : -1
        precondition(starts.allSatisfy { $0 >= 0 && $0 <= lastStart }, "a window lies outside its rows")
        return try rows.withUnsafeBufferPointer { rows in
            try starts.withUnsafeBufferPointer { starts in
                var nothing: Float = 0
                return try withUnsafePointer(to: &nothing) { try body(rows.baseAddress ?? $0, starts) }
            }
        }
    }
}
