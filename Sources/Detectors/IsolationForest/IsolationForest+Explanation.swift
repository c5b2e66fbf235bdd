extension IsolationForest {
    /// How much each group of features shortened a point's paths.
    ///
    /// A split that sends the point from a node of n points to a child of m changes the depth at which it may expect to
    /// end by 1 + c(m) − c(n). What a split takes away is credited to the group of its feature, summed over the trees.
    ///
    /// - Parameters:
    ///   - group: the group of each feature, each below `groupCount`.
    /// - Returns: the drop per group; the drops add up to c(sample) · trees − Σh.
    func pathLengthDrops(of point: UnsafePointer<Float>, group: [Int], groupCount: Int) -> [Double] {
        let averages = AveragePathLengths(upTo: min(sampleCount, 4096))
        return pathLengthDrops(of: point, group: group, groupCount: groupCount, averages: averages)
    }

    /// As above, with c(n) at hand for many points.
    func pathLengthDrops(
        of point: UnsafePointer<Float>, group: [Int], groupCount: Int, averages: AveragePathLengths
    ) -> [Double] {
        precondition(group.count == dimension, "\(group.count) features are grouped; expected \(dimension)")
        var drops = [Double](repeating: 0, count: groupCount)
        for tree in 0..<treeCount {
            var index = treeStarts[tree]
            var expected = averages[Int(sizes[index])]
            while !nodes[index].isLeaf {
                let node = nodes[index]
                index += node.step + (point[node.feature] > node.threshold ? 1 : 0)
                let remaining = averages[Int(sizes[index])]
                drops[group[node.feature]] += expected - 1 - remaining
                expected = remaining
            }
        }
        return drops
    }

    /// Shares that add up to one: of the drops above zero, or, for a point that nothing isolates, of how far each drop
    /// lies above the least.
    static func shares(of drops: [Double]) -> [Double] {
        var parts = drops.map { max($0, 0) }
        var total = parts.reduce(0, +)
        if total <= 0 {
            let least = drops.min() ?? 0
            parts = drops.map { $0 - least }
            total = parts.reduce(0, +)
        }
        guard total > 0 else { return [Double](repeating: 1 / Double(max(drops.count, 1)), count: drops.count) }
        return parts.map { $0 / total }
    }
}
