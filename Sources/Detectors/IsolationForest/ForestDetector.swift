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
/// The raw error is the published score 2^(−E[h]/c(n)) and needs no calibration. A column contributes by how much more
/// its splits shorten the window's paths than those of an ordinary healthy window.
public struct ForestDetector: Detector {
    /// What of a window the forest looks at.
    public let view: WindowView
    /// The forest.
    public let forest: IsolationForest
    /// The rows of a window.
    public let length: Int
    /// The columns of a row, in order.
    public let columns: [String]
    /// By how much each column's splits shorten the paths of a healthy window, on average.
    let ordinaryDrops: [Double]

    /// The most healthy windows that `ordinaryDrops` averages.
    private static let ordinaryWindows = 1000

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
        let points = view.points(of: windows, pool: pool)
        let forest = try IsolationForest(fitting: points, configuration: configuration, pool: pool)
        let count = min(points.count, ForestDetector.ordinaryWindows)
        let ordinary = points.selecting((0..<count).map { $0 * points.count / count })
        let drops = forest.pathLengthDrops(of: ordinary, groups: columns.count, pool: pool)
        var sums = [Double](repeating: 0, count: columns.count)
        for (index, drop) in drops.enumerated() { sums[index % sums.count] += drop }
        ordinaryDrops = sums.map { $0 / Double(count) }
        self.forest = forest
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
        ordinaryDrops =
            try tensors.tensor("forest.ordinary_drop", .float64, shape: [columns.count]).doubles ?? []
        guard ordinaryDrops.allSatisfy(\.isFinite) else {
            throw BundleError("tensor 'forest.ordinary_drop' holds a number that is not finite")
        }
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
    /// `forest.threshold`, `forest.sample_count`; `forest.ordinary_drop` (columns).
    public var tensors: [String: Tensor] {
        let arrays = forest.arrays
        return [
            "forest.node_counts": Tensor(forest.nodeCounts.map(Int64.init)),
            "forest.feature": Tensor(arrays.features),
            "forest.threshold": Tensor(arrays.thresholds),
            "forest.sample_count": Tensor(arrays.sizes),
            "forest.ordinary_drop": Tensor(ordinaryDrops),
        ]
    }

    /// The published score of each window, in (0, 1].
    public func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        guard windows.count > 0 else { return [] }
        return forest.scores(of: view.points(of: windows, pool: pool), pool: pool)
    }

    /// Each column's share of what shortens the window's paths beyond those of an ordinary one, shape (windows, columns).
    public func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try check(windows)
        guard windows.count > 0 else { return [] }
        let width = windows.width
        var shares = forest.pathLengthDrops(of: view.points(of: windows, pool: pool), groups: width, pool: pool)
        for window in 0..<windows.count { makeShares(&shares[window * width..<(window + 1) * width]) }
        return shares
    }

    /// Makes shares that add up to one of the drops beyond the ordinary; even ones where there is none.
    private func makeShares(_ drops: inout ArraySlice<Double>) {
        var total = 0.0
        for (column, index) in drops.indices.enumerated() {
            drops[index] = max(drops[index] - ordinaryDrops[column], 0)
            total += drops[index]
        }
        for index in drops.indices { drops[index] = total > 0 ? drops[index] / total : 1 / Double(drops.count) }
    }
}
