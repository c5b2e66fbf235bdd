import Kernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Trees as they are grown and stored: parallel arrays in breadth-first order, before they are linked for walking.
struct TreeArrays: Sendable, Equatable {
    /// The feature each node splits, or -1 for a leaf.
    var features: [Int32] = []
    /// The threshold of each split; 0 for a leaf.
    var thresholds: [Float] = []
    /// The points of the sample that came to each node.
    var sizes: [Int32] = []
}

extension IsolationForest {
    /// Links trees for walking, checking that every walk stays inside its tree and ends in a leaf.
    ///
    /// - Parameter nodeCounts: the nodes of each tree in `trees`.
    /// - Throws: `BundleError` naming the tree and what is wrong with it.
    init(linking trees: TreeArrays, nodeCounts: [Int], dimension: Int, sampleCount: Int) throws {
        let total = trees.features.count
        guard trees.thresholds.count == total, trees.sizes.count == total else {
            throw BundleError(
                "the forest's arrays differ in length: \(total), \(trees.thresholds.count), \(trees.sizes.count)")
        }
        guard dimension > 0, sampleCount > 1, !nodeCounts.isEmpty else {
            throw BundleError(
                "the forest is empty: \(nodeCounts.count) trees on \(sampleCount) points of \(dimension) numbers")
        }
        guard dimension <= 1 << 16, total <= Int(Int32.max) else {
            throw BundleError("\(total) nodes on \(dimension) features are more than a forest can hold")
        }
        var starts = [0]
        starts.reserveCapacity(nodeCounts.count + 1)
        for count in nodeCounts {
            let rest = total - (starts.last ?? 0)
            guard count > 0, count <= rest else {
                throw BundleError("tree \(starts.count - 1) claims \(count) nodes; expected 1 to \(rest)")
            }
            starts.append((starts.last ?? 0) + count)
        }
        guard starts.last == total else {
            throw BundleError("the trees have \(starts.last ?? 0) nodes together; the arrays have \(total)")
        }
        self.dimension = dimension
        self.sampleCount = sampleCount
        treeStarts = starts
        sizes = trees.sizes
        let stride = PointTile.featureStride(dimension: dimension)
        var nodes = [TreeNode](repeating: .leaf, count: total)
        var features = [UInt16](repeating: 0, count: total)
        var pathLengths = [Float](repeating: 0, count: total)
        var entryDrops = [Float](repeating: 0, count: total)
        var depths: [Int] = []
        depths.reserveCapacity(nodeCounts.count)
        var depthOfNode: [Int32] = []
        let averages = AveragePathLengths(upTo: min(sampleCount, 1 << 20))
        for tree in 0..<nodeCounts.count {
            let first = starts[tree]
            let count = nodeCounts[tree]
            depthOfNode.removeAll(keepingCapacity: true)
            depthOfNode.append(0)
            for node in 0..<count {
                guard node < depthOfNode.count else {
                    throw BundleError("tree \(tree): node \(node) is nobody's child")
                }
                let feature = Int(trees.features[first + node])
                let size = Int(trees.sizes[first + node])
                let depth = depthOfNode[node]
                guard size >= 1 else {
                    throw BundleError("tree \(tree): node \(node) holds \(size) points; expected at least 1")
                }
                if feature == -1 {
                    pathLengths[first + node] = Float(Double(depth) + averages[size])
                    continue
                }
                guard feature >= 0, feature < dimension else {
                    throw BundleError(
                        "tree \(tree): node \(node) splits feature \(feature); expected -1 to \(dimension - 1)")
                }
                let child = depthOfNode.count
                guard child + 1 < count else {
                    throw BundleError("tree \(tree): the children of node \(node) lie outside its \(count) nodes")
                }
                guard child - node <= 0xFFFF else {
                    throw BundleError(
                        "tree \(tree) is too wide; expected at most 65535 nodes from a split to its children")
                }
                guard trees.thresholds[first + node].isFinite else {
                    throw BundleError("tree \(tree): the threshold of node \(node) is not finite")
                }
                let (points, overflow) = trees.sizes[first + child].addingReportingOverflow(
                    trees.sizes[first + child + 1])
                guard !overflow, Int(points) == size else {
                    throw BundleError("tree \(tree): node \(node) holds \(size) points, its children \(points)")
                }
                nodes[first + node] = TreeNode(
                    threshold: trees.thresholds[first + node], offset: feature * stride, step: child - node)
                features[first + node] = UInt16(feature)
                for child in first + child...first + child + 1 {
                    entryDrops[child] = Float(averages[size] - 1 - averages[max(0, Int(trees.sizes[child]))])
                    depthOfNode.append(depth + 1)
                }
            }
            guard depthOfNode.count == count, Int(trees.sizes[first]) == sampleCount else {
                throw BundleError(
                    "tree \(tree): \(count) nodes on \(trees.sizes[first]) points do not make a tree of \(sampleCount)")
            }
            depths.append(Int(depthOfNode[count - 1]))
        }
        self.nodes = nodes
        self.features = features
        self.pathLengths = pathLengths
        self.entryDrops = entryDrops
        self.depths = depths
        shallowTrees =
            PointTile.copies(dimension: dimension)
            ? ShallowTrees(nodes, starts: starts, lengths: pathLengths, depths: depths) : nil
    }

    /// The trees as they are stored.
    var arrays: TreeArrays {
        var trees = TreeArrays()
        trees.sizes = sizes
        trees.features.reserveCapacity(nodes.count)
        trees.thresholds.reserveCapacity(nodes.count)
        for (node, feature) in zip(nodes, features) {
            trees.features.append(node.isLeaf ? -1 : Int32(feature))
            trees.thresholds.append(node.isLeaf ? 0 : node.threshold)
        }
        return trees
    }
}

/// c(n) for every n that a tree may ask for, computed once.
struct AveragePathLengths {
    private let table: [Double]

    init(upTo size: Int) {
        table = (0...size).map(IsolationForest.averagePathLength)
    }

    subscript(size: Int) -> Double {
        size < table.count ? table[size] : IsolationForest.averagePathLength(size)
    }
}

func logarithm(_ value: Double) -> Double { log(value) }
