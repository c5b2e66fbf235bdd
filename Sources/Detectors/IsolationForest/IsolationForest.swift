import Kernels

/// An isolation forest: trees of random splits, in which unusual points end near the root.
///
/// Liu, Ting, Zhou: Isolation Forest, ICDM 2008, doi:10.1109/ICDM.2008.17.
///
/// All trees stand in one array of nodes, one after the other.
public struct IsolationForest: Sendable {
    /// How a forest is grown.
    public struct Configuration: Sendable, Equatable {
        /// The number of trees.
        public var trees: Int
        /// Points drawn without replacement for each tree; nil, or more than there are, takes all.
        public var samples: Int?
        /// Chooses the random numbers; tree `t` draws from stream `t`.
        public var seed: UInt64

        /// The paper's sizes unless told otherwise: 256 points a tree, here with 200 trees.
        public init(trees: Int = 200, samples: Int? = 256, seed: UInt64 = 0) {
            self.trees = trees
            self.samples = samples
            self.seed = seed
        }
    }

    /// The numbers in a point.
    public let dimension: Int
    /// The points each tree was grown from.
    public let sampleCount: Int
    /// The first node of each tree, and the number of nodes.
    let treeStarts: [Int]
    /// The longest path of each tree.
    let depths: [Int]
    /// All nodes of all trees.
    let nodes: [TreeNode]
    /// The feature that each node splits; 0 in a leaf.
    let features: [UInt16]
    /// The points of the sample that came to each node.
    let sizes: [Int32]
    /// For each leaf its depth plus the expected depth of the unbuilt tree below it; 0 for a split.
    let pathLengths: [Float]
    /// The trees once more, if all have few levels and points are copied (see `PointTile`).
    let shallowTrees: ShallowTrees?
    /// For each node but the roots how much nearer the expected end of a path comes by arriving there, c(n) − 1 − c(m)
    /// with n points in the parent and m here.
    let entryDrops: [Float]

    /// The number of trees.
    public var treeCount: Int { depths.count }
    /// The nodes of each tree.
    var nodeCounts: [Int] { (0..<treeCount).map { treeStarts[$0 + 1] - treeStarts[$0] } }
    /// The number of nodes of all trees.
    public var nodeCount: Int { nodes.count }

    /// The longest path a tree of `samples` points may have: ⌈log₂ samples⌉, the average height of such a tree.
    public static func depthLimit(samples: Int) -> Int {
        samples <= 2 ? 1 : Int.bitWidth - (samples - 1).leadingZeroBitCount
    }

    /// The average path length of an unsuccessful search in a binary search tree of `size` points, the paper's c(n).
    public static func averagePathLength(_ size: Int) -> Double {
        if size <= 1 { return 0 }
        if size == 2 { return 1 }
        let n = Double(size)
        return 2 * (logarithm(n - 1) + 0.577_215_664_901_532_9) - 2 * (n - 1) / n
    }
}
