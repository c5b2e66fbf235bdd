import CSIMD
import Kernels

/// See `ForestKernels.Walk`.
func addPathLengths(_ walk: TreeWalk) {
    simd_add_path_lengths(
        walk.nodes, walk.depth, walk.pathLengths, walk.values, walk.offsets, walk.count, walk.sums)
}

/// See `ForestKernels.Ask`.
func addShallowPathLengths(_ tree: ShallowTree, _ values: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Double>) {
    simd_add_shallow_path_lengths(tree.splits, tree.levelEnds, tree.pathLengths, values, sums)
}
