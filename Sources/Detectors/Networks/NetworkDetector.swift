import SensorData
import VectorMath

/// A detector whose raw error is the mean squared error of what a network says a window should be; a column contributes
/// its share of it.
protocol NetworkDetector: Detector {
    associatedtype Network: WindowNetwork where Network.Scalar == Float
    /// The network.
    var network: Network { get }
    /// The mean squared error of each column of each window, shape (windows, columns).
    func columnErrors(of windows: WindowBatch, pool: WorkerPool) -> [Float]
}

extension NetworkDetector {
    /// The parameters alone.
    public var tensors: [String: Tensor] { parameterTensors }

    /// The parameters by the names of PyTorch's `state_dict`.
    var parameterTensors: [String: Tensor] {
        let values = network.parameters.values
        return Dictionary(
            uniqueKeysWithValues: network.layout.parameters.entries.map { entry in
                (entry.name, Tensor(Array(values[entry.range]), shape: entry.shape))
            })
    }

    /// The mean squared error of each window.
    public func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try judge(windows, pool: pool).errors
    }

    /// Each column's share of the squared error, shape (windows, columns).
    public func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try judge(windows, pool: pool).contributions
    }

    /// Both from one way through the network.
    public func judge(_ windows: WindowBatch, pool: WorkerPool) throws -> (errors: [Double], contributions: [Double]) {
        try judgeBySquares(windows, pool: pool)
    }

    /// The mean squared error of each window, and each column's share of it.
    func judgeBySquares(
        _ windows: WindowBatch, pool: WorkerPool
    ) throws -> (errors: [Double], contributions: [Double]) {
        try check(windows)
        let width = windows.width
        var shares = columnErrors(of: windows, pool: pool).map { Double($0) }
        var errors = [Double](repeating: 0, count: windows.count)
        for window in 0..<windows.count {
            let range = window * width..<(window + 1) * width
            let sum = shares[range].reduce(0, +)
            errors[window] = sum / Double(width)
            for index in range { shares[index] = sum > 0 ? shares[index] / sum : 1 / Double(width) }
        }
        return (errors, shares)
    }
}

extension WindowNetwork where Scalar == Float {
    /// Replaces the parameters by the tensors of a bundle.
    ///
    /// - Parameter name: what the network is, in words.
    /// - Throws: `BundleError` when one is missing, too many, of another type or shape, or not finite.
    func read(_ tensors: [String: Tensor], as name: String) throws {
        for entry in layout.parameters.entries {
            let values = try tensors.tensor(entry.name, .float32, shape: entry.shape).floats ?? []
            guard values.allSatisfy(\.isFinite) else {
                throw BundleError("tensor '\(entry.name)' holds a number that is not finite")
            }
            for (index, value) in values.enumerated() { parameters.pointer[entry.start + index] = value }
        }
        let surplus = tensors.count - layout.parameters.entries.count
        guard surplus == 0 else { throw BundleError("it has \(surplus) tensors that \(name) does not") }
        pack()
    }
}
