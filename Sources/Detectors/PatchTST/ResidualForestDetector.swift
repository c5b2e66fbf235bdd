import SensorData
import VectorMath

/// The shape of the forest that judges a network's residuals, as `model.json` says it.
public struct ResidualForestArchitecture: Codable, Hashable, Sendable {
    /// The last rows of the forecast that a residual is the mean of.
    public var rows: Int
    /// The number of trees.
    public var trees: Int
    /// The residuals each tree was grown from.
    public var samples: Int
}

/// A PatchTST whose residuals an isolation forest judges: how unusual it is that the last rows of each column lie so far
/// above or below their forecast, all columns together.
///
/// The raw error is the forest's score and needs no calibration. A column contributes by how much more its splits shorten
/// the path of the residuals than those of ordinary ones.
public struct ResidualForestDetector: Detector {
    /// The last rows of the forecast that a residual is the mean of.
    public let rows: Int

    private let network: PatchTSTDetector
    private let forest: ForestDetector

    /// Grows a forest on the residuals of `windows`, all of which are taken for healthy.
    ///
    /// - Parameter rows: the last rows of the forecast that a residual is the mean of, at most the horizon.
    /// - Throws: `TrainingError`, `DataError`.
    public init(
        _ network: PatchTSTDetector, rows: Int, fitting windows: WindowBatch,
        configuration: IsolationForest.Configuration, pool: WorkerPool
    ) throws {
        precondition(rows >= 1 && rows <= network.network.shape.horizon, "from 1 row to those of the horizon")
        try network.check(windows)
        self.network = network
        self.rows = rows
        forest = try ForestDetector(
            fitting: network.residuals(of: windows, last: rows, pool: pool), view: .last, configuration: configuration,
            pool: pool)
    }

    /// Reads network and forest from the tensors of a bundle.
    init(
        architecture: PatchTSTArchitecture, forest shape: ResidualForestArchitecture, tensors: [String: Tensor],
        columns: [String], length: Int
    ) throws {
        guard (1...architecture.horizon).contains(shape.rows) else {
            throw BundleError("residuals of \(shape.rows) rows are not within a horizon of \(architecture.horizon)")
        }
        var architecture = architecture
        architecture.residualForest = nil
        let isForest: ((key: String, value: Tensor)) -> Bool = { $0.key.hasPrefix("forest.") }
        network = try PatchTSTDetector(
            architecture: architecture, tensors: tensors.filter { !isForest($0) }, columns: columns, length: length)
        rows = shape.rows
        forest = try ForestDetector(
            architecture: ForestArchitecture(
                view: .last, trees: shape.trees, samples: shape.samples, dimension: columns.count),
            tensors: tensors.filter(isForest), columns: columns, length: 1)
    }

    /// The rows of a window.
    public var length: Int { network.length }
    /// The columns of a row, in order.
    public var columns: [String] { network.columns }

    /// What it is, as `model.json` says it.
    public var architecture: DetectorArchitecture {
        guard case .patchTST(var architecture) = network.architecture else { return network.architecture }
        architecture.residualForest = ResidualForestArchitecture(
            rows: rows, trees: forest.forest.treeCount, samples: forest.forest.sampleCount)
        return .patchTST(architecture)
    }

    /// Those of the network and those of the forest.
    public var tensors: [String: Tensor] {
        network.tensors.merging(forest.tensors) { parameter, _ in parameter }
    }

    /// The forest's score of each window's residuals, in (0, 1].
    public func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try forest.errors(of: residuals(of: windows, pool: pool), pool: pool)
    }

    /// Each column's share in what makes the residuals unusual, shape (windows, columns).
    public func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try forest.contributions(to: residuals(of: windows, pool: pool), pool: pool)
    }

    /// Both from one forecast.
    public func judge(_ windows: WindowBatch, pool: WorkerPool) throws -> (errors: [Double], contributions: [Double]) {
        try forest.judge(residuals(of: windows, pool: pool), pool: pool)
    }

    private func residuals(of windows: WindowBatch, pool: WorkerPool) throws -> WindowBatch {
        try check(windows)
        return network.residuals(of: windows, last: rows, pool: pool)
    }
}
