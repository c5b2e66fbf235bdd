import SensorData
import VectorMath

/// The shape of an isolation forest, as `model.json` says it.
public struct ForestArchitecture: Codable, Hashable, Sendable {
    /// What of a window the forest looks at.
    public var view: WindowView
    /// The number of trees.
    public var trees: Int
    /// The points each tree was grown from.
    public var samples: Int
    /// The numbers it looks at.
    public var dimension: Int
}

/// An isolation forest on windows.
///
/// The raw error is the published score 2^(−E[h]/c(n)) and needs no calibration. A column's contribution is its part in
/// what the window's paths fall short of the average.
public struct ForestDetector: Detector {
    /// What of a window the forest looks at.
    public let view: WindowView
    /// The forest.
    public let forest: IsolationForest
    /// The rows of a window.
    public let length: Int
    /// The columns of a row, in order.
    public let columns: [String]

    /// Grows a forest on `windows`, all of which are taken for healthy.
    ///
    /// - Throws: `TrainingError`, `DataError`.
    public init(
        fitting windows: WindowBatch, view: WindowView, configuration: IsolationForest.Configuration, pool: WorkerPool
    ) throws {
        self.view = view
        length = windows.length
        columns = windows.columns
        let dimension = view.dimension(length: windows.length, width: windows.width)
        guard dimension <= 1 << 16 else {
            throw TrainingError(
                "\(windows.length) rows × \(windows.width) columns are \(dimension) numbers a window; "
                    + "an isolation forest takes at most \(1 << 16)")
        }
        forest = try IsolationForest(
            fitting: view.points(of: windows, pool: pool), configuration: configuration, pool: pool)
        try check(windows)
    }

    /// Reads a forest from the tensors of a bundle.
    init(architecture: ForestArchitecture, tensors: [String: Tensor], columns: [String], length: Int) throws {
        view = architecture.view
        self.columns = columns
        self.length = length
        let dimension = view.dimension(length: length, width: columns.count)
        guard architecture.dimension == dimension else {
            throw BundleError(
                "the forest looks at \(architecture.dimension) numbers; the view '\(view.rawValue)' of "
                    + "\(length) rows × \(columns.count) columns has \(dimension)")
        }
        let counts = try tensors.tensor("forest.node_counts", .int64, shape: [architecture.trees])
        let features = try tensors.tensor("forest.feature", .int32, shape: [nil])
        let total = features.shape[0]
        let thresholds = try tensors.tensor("forest.threshold", .float32, shape: [total])
        let sizes = try tensors.tensor("forest.sample_count", .int32, shape: [total])
        let arrays = TreeArrays(
            features: features.int32s ?? [], thresholds: thresholds.floats ?? [], sizes: sizes.int32s ?? [])
        let nodeCounts = (counts.int64s ?? []).map { Int(clamping: $0) }
        forest = try IsolationForest(
            linking: arrays, nodeCounts: nodeCounts, dimension: dimension, sampleCount: architecture.samples)
    }

    /// What it is, as `model.json` says it.
    public var architecture: DetectorArchitecture {
        .isolationForest(
            ForestArchitecture(
                view: view, trees: forest.treeCount, samples: forest.sampleCount, dimension: forest.dimension))
    }

    /// `forest.node_counts` (trees), and per node, tree by tree and breadth-first: `forest.feature` (-1 for a leaf),
    /// `forest.threshold`, `forest.sample_count`.
    public var tensors: [String: Tensor] {
        let arrays = forest.arrays
        return [
            "forest.node_counts": Tensor(forest.nodeCounts.map(Int64.init)),
            "forest.feature": Tensor(arrays.features),
            "forest.threshold": Tensor(arrays.thresholds),
            "forest.sample_count": Tensor(arrays.sizes),
        ]
    }

    /// The published score of each window, in (0, 1].
    public func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        guard windows.count > 0 else { return [] }
        return forest.scores(of: view.points(of: windows, pool: pool), pool: pool)
    }

    /// Each column's share of the drop in path length, shape (windows, columns).
    public func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        guard windows.count > 0 else { return [] }
        return forest.contributions(
            to: view.points(of: windows, pool: pool), groups: windows.width, pool: pool)
    }
}
