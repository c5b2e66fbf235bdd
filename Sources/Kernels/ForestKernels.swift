/// What isolation forests are grown and walked with. The bits are the same on every level.
public struct ForestKernels: Sendable {
    /// Adds to the sums of points the lengths of their paths in a tree.
    public typealias Walk = @Sendable (_ walk: TreeWalk) -> Void

    /// Adds to the sums of `shallowBlock` points, which begin side by side at `values`, the lengths of their paths in a
    /// tree of few levels.
    public typealias Ask =
        @Sendable (
            _ tree: ShallowTree, _ values: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Double>
        ) -> Void

    /// Copies what `count` points, known by their places, have in a column to `values`, and puts the smallest and the
    /// largest of them, infinity and −infinity where there are none, to `range`.
    ///
    /// This one and the next are bare functions, because most nodes have few points.
    public typealias TakeValues =
        @convention(c) (
            _ column: UnsafePointer<Float>, _ places: UnsafePointer<Int32>, _ count: Int,
            _ values: UnsafeMutablePointer<Float>, _ range: UnsafeMutablePointer<Float>
        ) -> Void

    /// Moves the places of points whose value is at or below `threshold` before those of the others, each part in its
    /// order.
    ///
    /// - Parameter spare: room for `count` places and `group` more.
    /// - Returns: how many are at or below.
    public typealias PartPlaces =
        @convention(c) (
            _ places: UnsafeMutablePointer<Int32>, _ values: UnsafePointer<Float>, _ count: Int, _ threshold: Float,
            _ spare: UnsafeMutablePointer<Int32>
        ) -> Int

    /// What the number of points in a walk is a multiple of.
    public static let group = 16
    /// The points that all splits of a shallow tree are asked of.
    public static let shallowBlock = 256

    /// The lengths of paths.
    public let addPathLengths: Walk
    /// The same lengths, where trees are shallow and points come in blocks.
    public let addShallowPathLengths: Ask

    /// The values of a node's points.
    public let takeValues: TakeValues
    /// A node's points, parted to its children.
    public let partPlaces: PartPlaces

    /// Collects the kernels of a level.
    public init(
        addPathLengths: @escaping Walk, addShallowPathLengths: @escaping Ask, takeValues: @escaping TakeValues,
        partPlaces: @escaping PartPlaces
    ) {
        self.addPathLengths = addPathLengths
        self.addShallowPathLengths = addShallowPathLengths
        self.takeValues = takeValues
        self.partPlaces = partPlaces
    }
}

/// A split `value > threshold` of one feature, or a leaf.
///
/// The nodes of a tree stand in breadth-first order, so that the children of its k-th split are its nodes 1 + 2k and
/// 2 + 2k. A leaf points to itself: a walk of the tree's depth ends in the right leaf without asking whether it has
/// arrived.
public struct TreeNode: Sendable, Equatable {
    /// Points above it go to the second child; infinite in a leaf.
    public let threshold: Float
    /// How far the feature is from the point's first, in 16 bits, and above them how many nodes further on the first child
    /// stands (0 in a leaf).
    private let link: UInt32

    /// A split of the feature that is `offset` numbers from the point's first, into children `step` nodes further on.
    ///
    /// - Precondition: both fit in 16 bits.
    public init(threshold: Float, offset: Int, step: Int) {
        self.threshold = threshold
        link = UInt32(UInt16(step)) << 16 | UInt32(UInt16(offset))
    }

    /// Where walks end.
    public static let leaf = TreeNode(threshold: .infinity, offset: 0, step: 0)

    /// How far the feature that is split is from the point's first.
    public var offset: Int { Int(link & 0xFFFF) }
    /// How many nodes further on the first child stands.
    public var step: Int { Int(link >> 16) }
    /// Whether a walk ends here.
    public var isLeaf: Bool { threshold == .infinity }
}

/// Points to be walked down a tree.
public struct TreeWalk {
    /// The tree's nodes.
    public var nodes: UnsafePointer<TreeNode>
    /// For each node that is a leaf, the length of a path that ends there.
    public var pathLengths: UnsafePointer<Float>
    /// The longest path of the tree.
    public var depth: Int
    /// The numbers of the points; none is NaN.
    public var values: UnsafePointer<Float>
    /// Where each point begins in `values`; nil where each begins one number after the one before.
    public var offsets: UnsafePointer<Int32>?
    /// The number of points, a multiple of `ForestKernels.group`.
    public var count: Int
    /// What the lengths of the points' paths are added to, shape (count).
    public var sums: UnsafeMutablePointer<Double>

    /// Describes a walk.
    public init(
        nodes: UnsafePointer<TreeNode>, pathLengths: UnsafePointer<Float>, depth: Int, values: UnsafePointer<Float>,
        offsets: UnsafePointer<Int32>?, count: Int, sums: UnsafeMutablePointer<Double>
    ) {
        self.nodes = nodes
        self.pathLengths = pathLengths
        self.depth = depth
        self.values = values
        self.offsets = offsets
        self.count = count
        self.sums = sums
    }
}

/// A split of a shallow tree.
public struct TreeSplit: Sendable, Equatable {
    /// Points above it go to the second child.
    public let threshold: Float
    /// How far the feature is from the point's first.
    public let offset: UInt16
    /// The split's number among the tree's nodes.
    public let node: UInt16

    /// Describes a split.
    public init(threshold: Float, offset: UInt16, node: UInt16) {
        self.threshold = threshold
        self.offset = offset
        self.node = node
    }
}

/// A tree of at most `levels` levels of splits, of which all are asked of a point.
public struct ShallowTree {
    /// The most splits on a path.
    public static let levels = 8
    /// The number of paths, were all as long.
    public static let paths = 1 << levels

    /// The splits in breadth-first order.
    public var splits: UnsafePointer<TreeSplit>
    /// How many splits the first level has, the first two, and so on; shape (levels).
    public var levelEnds: UnsafePointer<UInt16>
    /// The length of each path, by its turns: the first in the highest bit, 1 to the second child, 0 below its leaf; shape
    /// (paths).
    public var pathLengths: UnsafePointer<Float>

    /// Describes a tree.
    public init(
        splits: UnsafePointer<TreeSplit>, levelEnds: UnsafePointer<UInt16>, pathLengths: UnsafePointer<Float>
    ) {
        self.splits = splits
        self.levelEnds = levelEnds
        self.pathLengths = pathLengths
    }
}
