import VectorMath

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension IsolationForest {
    /// Points whose walks are interleaved, so that their memory accesses overlap.
    private static let blockSize = 32
    /// Nodes of neighbouring trees that stay in the second-level cache together.
    private static let groupNodes = 1 << 16

    /// The anomaly score of each point, 2^(−E[h]/c(n)): near 1 for a point isolated at once, about 0.5 for an ordinary one.
    ///
    /// - Parameter points: points of `dimension` numbers, none of them NaN.
    /// - Returns: a score in (0, 1] for each point; it depends on nothing but the point and the forest.
    public func scores(of points: PointSet, pool: WorkerPool) -> [Double] {
        precondition(points.dimension == dimension, "points of \(points.dimension) numbers; expected \(dimension)")
        let normalizer = -1 / (IsolationForest.averagePathLength(sampleCount) * Double(treeCount))
        let groups = treeGroups()
        // Where the trees do not stay in cache together, each group of trees serves many points before the next is read.
        let tile = (groups.count == 1 ? 4 : 64) * IsolationForest.blockSize
        return [Double](unsafeUninitializedCapacity: points.count) { scores, count in
            count = points.count
            scores.initialize(repeating: 0)
            pool.run(tasks: (points.count + tile - 1) / tile) { index in
                let range = index * tile..<min((index + 1) * tile, points.count)
                for trees in groups {
                    for first in stride(from: range.lowerBound, to: range.upperBound, by: IsolationForest.blockSize) {
                        let block = first..<min(first + IsolationForest.blockSize, range.upperBound)
                        addPathLengths(trees, points, block, to: UnsafeMutableBufferPointer(rebasing: scores[block]))
                    }
                }
                for point in range { scores[point] = exp2(scores[point] * normalizer) }
            }
        }
    }

    /// Runs of trees that fit in cache together.
    private func treeGroups() -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var first = 0
        for tree in 1...treeCount
        where tree == treeCount || treeStarts[tree + 1] - treeStarts[first] > IsolationForest.groupNodes {
            groups.append(first..<tree)
            first = tree
        }
        return groups
    }

    /// Adds each tree's path length for the points of `block`, at most 32, to `sums`, in the order of the trees.
    private func addPathLengths(
        _ trees: Range<Int>, _ points: PointSet, _ block: Range<Int>, to sums: UnsafeMutableBufferPointer<Double>
    ) {
        let lanes = IsolationForest.blockSize
        points.values.withUnsafeBufferPointer { values in
            nodes.withUnsafeBufferPointer { nodes in
                pathLengths.withUnsafeBufferPointer { lengths in
                    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: lanes) { cursors in
                        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: lanes) { bases in
                            guard let values = values.baseAddress, let nodes = nodes.baseAddress,
                                let cursors = cursors.baseAddress, let bases = bases.baseAddress
                            else { return }
                            for lane in 0..<lanes {
                                // The last point stands in for those that a short block lacks.
                                bases[lane] =
                                    values + points.offsets[min(block.lowerBound + lane, block.upperBound - 1)]
                            }
                            for tree in trees {
                                walk(nodes + treeStarts[tree], depth: depths[tree], bases, cursors)
                                let leaves = UnsafeBufferPointer(rebasing: lengths[treeStarts[tree]...])
                                for lane in sums.indices { sums[lane] += Double(leaves[Int(cursors[lane])]) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Walks 32 points down the tree at `root` at once, and leaves in `cursors` the leaf of each, counted from the root.
    ///
    /// A leaf points to itself, so that nobody has to ask who has arrived. Not-a-number would be taken for above every
    /// threshold and leave the tree.
    @inline(__always)
    private func walk(
        _ root: UnsafePointer<Node>, depth: Int, _ bases: UnsafeMutablePointer<UnsafePointer<Float>>,
        _ cursors: UnsafeMutablePointer<UInt32>
    ) {
        for lane in 0..<32 { cursors[lane] = 0 }
        for _ in 0..<depth {
            for lane in 0..<32 {
                let cursor = cursors[lane]
                let node = root + Int(cursor)
                let link = node.pointee.link
                let value = bases[lane][Int(link & 0xFFFF)]
                // Written as "not at or below" because that compiles to a compare and an add with carry.
                cursors[lane] = cursor &+ (link &>> 16) &+ (!(node.pointee.threshold >= value) ? 1 : 0)
            }
        }
    }
}
