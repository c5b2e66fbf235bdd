import CSIMD
import Kernels

/// See `ForestKernels.Walk`.
func addPathLengths(_ walk: TreeWalk) {
    simd_add_path_lengths(
        walk.nodes, walk.depth, walk.pathLengths, walk.values, walk.offsets, walk.count, walk.sums)
}
