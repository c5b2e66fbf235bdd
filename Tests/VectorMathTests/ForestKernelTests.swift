import Kernels
import Testing
import VectorMath

@Suite struct ForestKernelTests {
    /// A random tree in breadth-first order, its leaves' path lengths, and the longest path.
    private func tree(
        levels: Int, features: Int, stride: Int, seed: UInt64
    ) -> (nodes: [TreeNode], lengths: [Float], depth: Int) {
        var random = CounterRandom(seed: seed)
        var nodes: [TreeNode] = []
        var depths = [0]
        while nodes.count < depths.count {
            let depth = depths[nodes.count]
            guard depth < levels, depth == 0 || random.uniform() as Float > 0.25 else {
                nodes.append(.leaf)
                continue
            }
            let feature = Int(random.next() % UInt64(features))
            nodes.append(
                TreeNode(threshold: random.uniform(), offset: feature * stride, step: depths.count - nodes.count))
            depths += [depth + 1, depth + 1]
        }
        return (nodes, nodes.indices.map { Float($0) + 0.5 }, depths.max() ?? 0)
    }

    private func walk(_ tree: (nodes: [TreeNode], lengths: [Float]), _ point: (Int) -> Float) -> Float {
        var at = 0
        while !tree.nodes[at].isLeaf {
            at += tree.nodes[at].step + (point(tree.nodes[at].offset) > tree.nodes[at].threshold ? 1 : 0)
        }
        return tree.lengths[at]
    }

    @Test("all levels end in the leaf that the splits lead to", arguments: [1, 3, 4, 5, 8, 13], [false, true])
    func levelsAgree(levels: Int, isCopied: Bool) {
        let (count, features) = (48, 9)
        let stride = isCopied ? 56 : 1
        for seed in 0..<20 as Range<UInt64> {
            let tree = tree(levels: levels, features: features, stride: stride, seed: seed)
            var random = CounterRandom(seed: 77, stream: seed)
            var values = (0..<features * 56).map { _ in random.uniform() as Float }
            // Some values stand exactly at a threshold, which is not above it.
            for (index, node) in tree.nodes.enumerated() where !node.isLeaf {
                values[index * 31 % values.count] = node.threshold
            }
            let offsets = isCopied ? nil : (0..<count).map { Int32($0 * 5 % 40) * 9 }
            for level in usableLevels {
                var sums = (0..<count).map { Double($0) / 3 }
                let expected = sums.enumerated().map { point, sum in
                    sum
                        + Double(
                            walk((tree.nodes, tree.lengths)) { values[(offsets.map { Int($0[point]) } ?? point) + $0] })
                }
                add(tree, values, offsets, kernelTable(of: level).forest, to: &sums)
                #expect(sums == expected)
            }
        }
    }

    @Test("all levels ask a shallow tree to the leaf that a walk finds", arguments: [1, 3, 6, 8])
    func shallowTreesAgree(levels: Int) {
        let (count, features) = (ForestKernels.shallowBlock, 9)
        for seed in 0..<20 as Range<UInt64> {
            let tree = tree(levels: levels, features: features, stride: count, seed: seed)
            var random = CounterRandom(seed: 78, stream: seed)
            var values = (0..<features * count).map { _ in random.uniform() as Float }
            for (index, node) in tree.nodes.enumerated() where !node.isLeaf {
                values[index * 31 % values.count] = node.threshold
            }
            let (splits, levelEnds, lengths) = layOut(tree)
            for level in usableLevels {
                var sums = (0..<count).map { Double($0) / 3 }
                let expected = sums.enumerated().map { point, sum in
                    sum + Double(walk((tree.nodes, tree.lengths)) { values[point + $0] })
                }
                ask(splits, levelEnds, lengths, values, kernelTable(of: level).forest, &sums)
                #expect(sums == expected)
            }
        }
    }

    /// The tree as `ShallowTree` wants it.
    private func layOut(
        _ tree: (nodes: [TreeNode], lengths: [Float], depth: Int)
    ) -> (splits: [TreeSplit], levelEnds: [UInt16], lengths: [Float]) {
        var places = [0: (path: 0, level: 0)]
        var splits: [TreeSplit] = []
        var levelEnds = [UInt16](repeating: 0, count: ShallowTree.levels)
        var lengths = [Float](repeating: .nan, count: ShallowTree.paths)
        for (number, node) in tree.nodes.enumerated() {
            let (path, level) = places[number] ?? (0, 0)
            guard !node.isLeaf else {
                lengths[path] = tree.lengths[number]
                continue
            }
            splits.append(
                TreeSplit(threshold: node.threshold, offset: UInt16(node.offset), node: UInt16(number)))
            for below in level..<ShallowTree.levels { levelEnds[below] += 1 }
            places[number + node.step] = (path, level + 1)
            places[number + node.step + 1] = (path + (128 >> level), level + 1)
        }
        return (splits, levelEnds, lengths)
    }

    private func ask(
        _ splits: [TreeSplit], _ levelEnds: [UInt16], _ lengths: [Float], _ values: [Float], _ kernels: ForestKernels,
        _ sums: inout [Double]
    ) {
        splits.withUnsafeBufferPointer { splits in
            levelEnds.withUnsafeBufferPointer { levelEnds in
                lengths.withUnsafeBufferPointer { lengths in
                    values.withUnsafeBufferPointer { values in
                        sums.withUnsafeMutableBufferPointer { sums in
                            guard let splits = splits.baseAddress, let levelEnds = levelEnds.baseAddress,
                                let lengths = lengths.baseAddress, let values = values.baseAddress,
                                let sums = sums.baseAddress
                            else { return }
                            kernels.addShallowPathLengths(
                                ShallowTree(splits: splits, levelEnds: levelEnds, pathLengths: lengths), values, sums)
                        }
                    }
                }
            }
        }
    }

    private func add(
        _ tree: (nodes: [TreeNode], lengths: [Float], depth: Int), _ values: [Float], _ offsets: [Int32]?,
        _ kernels: ForestKernels, to sums: inout [Double]
    ) {
        tree.nodes.withUnsafeBufferPointer { nodes in
            tree.lengths.withUnsafeBufferPointer { lengths in
                values.withUnsafeBufferPointer { values in
                    (offsets ?? []).withUnsafeBufferPointer { starts in
                        sums.withUnsafeMutableBufferPointer { sums in
                            guard let nodes = nodes.baseAddress, let lengths = lengths.baseAddress,
                                let values = values.baseAddress, let first = sums.baseAddress
                            else { return }
                            kernels.addPathLengths(
                                TreeWalk(
                                    nodes: nodes, pathLengths: lengths, depth: tree.depth, values: values,
                                    offsets: offsets == nil ? nil : starts.baseAddress, count: sums.count, sums: first))
                        }
                    }
                }
            }
        }
    }
}
