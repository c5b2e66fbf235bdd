import Kernels
import VectorMath

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension IsolationForest {
    /// Nodes of neighbouring trees that stay in the second-level cache together.
    private static let groupNodes = 1 << 16
    /// The tiles that a group of trees serves before the next group is read, where not all trees stay in the cache.
    private static let batchTiles = 16

    /// The anomaly score of each point, 2^(−E[h]/c(n)): near 1 for a point isolated at once, about 0.5 for an ordinary one.
    ///
    /// - Parameter points: points of `dimension` numbers, none of them NaN.
    /// - Returns: a score in (0, 1] for each point; it depends on nothing but the point and the forest.
    public func scores(of points: PointSet, pool: WorkerPool) -> [Double] {
        precondition(points.dimension == dimension, "points of \(points.dimension) numbers; expected \(dimension)")
        let normalizer = -1 / (IsolationForest.averagePathLength(sampleCount) * Double(treeCount))
        let tiles = points.tiles(of: PointTile.capacity)
        let groups = treeGroups()
        let batch = groups.count == 1 ? 1 : IsolationForest.batchTiles
        return [Double](unsafeUninitializedCapacity: points.count) { scores, count in
            count = points.count
            scores.initialize(repeating: 0)
            pool.run(tasks: (tiles.count + batch - 1) / batch) { index in
                var tiles = tiles[index * batch..<min((index + 1) * batch, tiles.count)]
                    .map { PointTile(points, $0) }
                for trees in groups {
                    for tile in tiles.indices { walk(&tiles[tile], down: trees) }
                }
                for tile in tiles {
                    for (point, length) in zip(tile.range, tile.pathLengths) {
                        scores[point] = exp2(length * normalizer)
                    }
                }
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

    private func walk(_ tile: inout PointTile, down trees: Range<Int>) {
        if let shallowTrees, tile.isBlock {
            return shallowTrees.forEach(of: trees) { tile.ask($0) }
        }
        nodes.withUnsafeBufferPointer { nodes in
            pathLengths.withUnsafeBufferPointer { lengths in
                guard let nodes = nodes.baseAddress, let lengths = lengths.baseAddress else { return }
                for tree in trees {
                    tile.walk(nodes + treeStarts[tree], lengths + treeStarts[tree], depth: depths[tree])
                }
            }
        }
    }
}
