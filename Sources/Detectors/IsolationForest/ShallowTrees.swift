import Kernels

/// The trees of a forest of few levels, laid out so that all splits of a tree are asked of many points at once, which is
/// faster than to walk where a tree has not many splits. Path lengths are those that a walk finds.
struct ShallowTrees: Sendable {
    private var splits: [TreeSplit] = []
    /// The first split of each tree.
    private var starts: [Int] = []
    /// Shape (trees, ShallowTree.levels).
    private var levelEnds: [UInt16] = []
    /// Shape (trees, ShallowTree.paths).
    private var pathLengths: [Float] = []

    /// - Parameters:
    ///   - nodes: all trees' nodes, with those of tree `t` from `starts[t]` up to `starts[t + 1]`.
    ///   - lengths: the path length of each leaf among them.
    /// - Returns: nil where a tree is deeper.
    init?(_ nodes: [TreeNode], starts treeStarts: [Int], lengths: [Float], depths: [Int]) {
        guard depths.allSatisfy({ $0 <= ShallowTree.levels }) else { return nil }
        for tree in depths.indices {
            starts.append(splits.count)
            append(nodes[treeStarts[tree]..<treeStarts[tree + 1]], lengths[treeStarts[tree]...])
        }
    }

    /// Lays out one tree.
    private mutating func append(_ nodes: ArraySlice<TreeNode>, _ lengths: ArraySlice<Float>) {
        let first = splits.count
        let paths = pathLengths.count
        pathLengths.append(contentsOf: repeatElement(0, count: ShallowTree.paths))
        // The turns to each node, and the number of them.
        var turns: [(path: Int, level: Int)] = [(0, 0)]
        var splitsOfLevel = [UInt16](repeating: 0, count: ShallowTree.levels)
        for (number, node) in nodes.enumerated() {
            let (path, level) = turns[number]
            if node.isLeaf {
                pathLengths[paths + path] = lengths[lengths.startIndex + number]
                continue
            }
            splits.append(
                TreeSplit(threshold: node.threshold, offset: UInt16(node.offset), node: UInt16(number)))
            splitsOfLevel[level] += 1
            turns += [(path, level + 1), (path | ShallowTree.paths >> (level + 1), level + 1)]
        }
        var end = 0 as UInt16
        for count in splitsOfLevel {
            end += count
            levelEnds.append(end)
        }
        precondition(Int(end) == splits.count - first, "all splits have a level")
    }

    /// Calls `body` for each of `trees`.
    func forEach(of trees: Range<Int>, _ body: (ShallowTree) -> Void) {
        splits.withUnsafeBufferPointer { splits in
            levelEnds.withUnsafeBufferPointer { ends in
                pathLengths.withUnsafeBufferPointer { lengths in
                    guard let splits = splits.baseAddress, let ends = ends.baseAddress,
                        let lengths = lengths.baseAddress
                    else { return }
                    for tree in trees {
                        body(
                            ShallowTree(
                                splits: splits + starts[tree], levelEnds: ends + tree * ShallowTree.levels,
                                pathLengths: lengths + tree * ShallowTree.paths))
                    }
                }
            }
        }
    }
}
