import Kernels
import VectorMath

/// Neighbouring points of a set on their way down the trees, as many as the nearer caches hold.
///
/// Points with few features are copied, so that a feature of all of them stands side by side. Others are walked where they
/// stand: long windows share their rows, and a copy would be many times as large.
struct PointTile {
    /// The most points of a tile.
    static let capacity = ForestKernels.shallowBlock
    /// The most features of points that are copied.
    private static let mostCopied = 128
    /// From one feature of a copy to the next; not a power of two, which would put all features in few places of the cache.
    private static let copyStride = capacity + 16

    /// Whether points of `dimension` numbers are copied.
    static func copies(dimension: Int) -> Bool { dimension <= mostCopied }
    /// From one feature of a point of `dimension` numbers to the next.
    static func featureStride(dimension: Int) -> Int { copies(dimension: dimension) ? copyStride : 1 }

    /// The points' numbers in their set.
    let range: Range<Int>
    /// The sum of each point's path lengths so far, and some more to a multiple of `ForestKernels.group`.
    private(set) var pathLengths: [Double]
    private let points: PointSet
    /// Where in the set's values the points begin, the first of them in memory.
    private let base: Int
    /// How far behind `base` each point begins; empty where they are copied.
    private let offsets: [Int32]
    /// The points' values, if they are copied, of shape (features, copyStride).
    private let copy: AlignedBuffer<Float>?

    /// The points `range` of `points`.
    ///
    /// - Precondition: they are at most `capacity`, and begin at most `Int32.max` numbers apart.
    init(_ points: PointSet, _ range: Range<Int>) {
        self.range = range
        let count = (range.count + ForestKernels.group - 1) / ForestKernels.group * ForestKernels.group
        pathLengths = [Double](repeating: 0, count: count)
        // The last point stands in for those that a short tile lacks.
        let starts = (0..<count).map { points.offsets[min(range.lowerBound + $0, range.upperBound - 1)] }
        self.points = points
        guard PointTile.copies(dimension: points.dimension) else {
            let base = starts.min() ?? 0
            self.base = base
            offsets = starts.map { Int32($0 - base) }
            copy = nil
            return
        }
        (base, offsets) = (0, [])
        let copy = AlignedBuffer<Float>(points.dimension * PointTile.copyStride)
        points.values.withUnsafeBufferPointer { values in
            for feature in 0..<points.dimension {
                let column = copy.pointer + feature * PointTile.copyStride
                for (point, start) in starts.enumerated() { column[point] = values[start + feature] }
            }
        }
        self.copy = copy
    }

    /// Whether `ask` may be called.
    var isBlock: Bool { copy != nil && pathLengths.count == ForestKernels.shallowBlock }

    /// Adds the points' path lengths in a shallow tree.
    ///
    /// - Precondition: `isBlock`.
    mutating func ask(_ tree: ShallowTree) {
        guard let copy else { return }
        pathLengths.withUnsafeMutableBufferPointer { sums in
            guard let first = sums.baseAddress else { return }
            kernels.forest.addShallowPathLengths(tree, UnsafePointer(copy.pointer), first)
        }
    }

    /// Adds the points' path lengths in a tree of `depth` levels, which begins at `nodes`.
    mutating func walk(_ nodes: UnsafePointer<TreeNode>, _ leafDepths: UnsafePointer<Float>, depth: Int) {
        points.values.withUnsafeBufferPointer { values in
            offsets.withUnsafeBufferPointer { offsets in
                pathLengths.withUnsafeMutableBufferPointer { sums in
                    guard let values = values.baseAddress, let first = sums.baseAddress else { return }
                    kernels.forest.addPathLengths(
                        TreeWalk(
                            nodes: nodes, pathLengths: leafDepths, depth: depth,
                            values: copy.map { UnsafePointer($0.pointer) } ?? values + base,
                            offsets: copy == nil ? offsets.baseAddress : nil, count: sums.count, sums: first))
                }
            }
        }
    }
}
