import VectorMath

extension IsolationForest {
    /// How much each group of features shortens each point's paths.
    ///
    /// A split that sends the point from a node of n points to a child of m changes the depth at which it may expect to
    /// end by 1 + c(m) − c(n). What a split takes away is credited to the group of its feature, summed over the trees; the
    /// drops of a point add up to trees · c(sample) − Σh.
    ///
    /// - Parameter groups: the number of groups; feature `f` belongs to group `f % groups`.
    /// - Returns: row-major, shape (points, groups).
    public func pathLengthDrops(of points: PointSet, groups: Int, pool: WorkerPool) -> [Double] {
        precondition(points.dimension == dimension, "points of \(points.dimension) numbers; expected \(dimension)")
        let groupOfFeature = (0..<dimension).map { UInt16($0 % groups) }
        let chunk = 64
        return [Double](unsafeUninitializedCapacity: points.count * groups) { drops, count in
            count = points.count * groups
            drops.initialize(repeating: 0)
            pool.run(tasks: (points.count + chunk - 1) / chunk) { task in
                for point in task * chunk..<min((task + 1) * chunk, points.count) {
                    points.values.withUnsafeBufferPointer { values in
                        addPathLengthDrops(
                            of: UnsafeBufferPointer(rebasing: values[points.offsets[point]...]), groupOfFeature,
                            to: UnsafeMutableBufferPointer(rebasing: drops[point * groups..<(point + 1) * groups]))
                    }
                }
            }
        }
    }

    private func addPathLengthDrops(
        of point: UnsafeBufferPointer<Float>, _ groupOfFeature: [UInt16], to drops: UnsafeMutableBufferPointer<Double>
    ) {
        for root in treeStarts.dropLast() {
            var index = root
            while !nodes[index].isLeaf {
                let feature = Int(features[index])
                index += nodes[index].step + (point[feature] > nodes[index].threshold ? 1 : 0)
                drops[Int(groupOfFeature[feature])] += Double(entryDrops[index])
            }
        }
    }
}
