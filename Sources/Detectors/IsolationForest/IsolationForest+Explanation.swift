import VectorMath

extension IsolationForest {
    /// How much each group of features shortened each point's paths, as shares.
    ///
    /// A split that sends the point from a node of n points to a child of m changes the depth at which it may expect to
    /// end by 1 + c(m) − c(n). What a split takes away is credited to the group of its feature, summed over the trees; the
    /// drops of a point add up to trees · c(sample) − Σh.
    ///
    /// - Parameter groups: the number of groups; feature `f` belongs to group `f % groups`.
    /// - Returns: row-major, shape (points, groups); the shares of a point add up to one.
    public func contributions(to points: PointSet, groups: Int, pool: WorkerPool) -> [Double] {
        precondition(points.dimension == dimension, "points of \(points.dimension) numbers; expected \(dimension)")
        let averages = AveragePathLengths(upTo: min(sampleCount, 1 << 16))
        let chunk = 64
        return [Double](unsafeUninitializedCapacity: points.count * groups) { shares, count in
            count = points.count * groups
            shares.initialize(repeating: 0)
            pool.run(tasks: (points.count + chunk - 1) / chunk) { task in
                for point in task * chunk..<min((task + 1) * chunk, points.count) {
                    let drops = UnsafeMutableBufferPointer(rebasing: shares[point * groups..<(point + 1) * groups])
                    points.values.withUnsafeBufferPointer { values in
                        let values = UnsafeBufferPointer(rebasing: values[points.offsets[point]...])
                        addPathLengthDrops(of: values, averages, to: drops)
                    }
                    IsolationForest.makeShares(of: drops)
                }
            }
        }
    }

    private func addPathLengthDrops(
        of point: UnsafeBufferPointer<Float>, _ averages: AveragePathLengths,
        to drops: UnsafeMutableBufferPointer<Double>
    ) {
        for tree in 0..<treeCount {
            var index = treeStarts[tree]
            var expected = averages[Int(sizes[index])]
            while !nodes[index].isLeaf {
                let node = nodes[index]
                index += node.step + (point[node.feature] > node.threshold ? 1 : 0)
                let remaining = averages[Int(sizes[index])]
                drops[node.feature % drops.count] += expected - 1 - remaining
                expected = remaining
            }
        }
    }

    /// Shares that add up to one: of the drops above zero, or, for a point that nothing isolates, of how far each drop
    /// lies above the least.
    private static func makeShares(of drops: UnsafeMutableBufferPointer<Double>) {
        let isIsolated = drops.contains { $0 > 0 }
        let base = isIsolated ? 0 : drops.min() ?? 0
        var total = 0.0
        for index in drops.indices {
            drops[index] = max(drops[index] - base, 0)
            total += drops[index]
        }
        for index in drops.indices {
            drops[index] = total > 0 ? drops[index] / total : 1 / Double(drops.count)
        }
    }
}
