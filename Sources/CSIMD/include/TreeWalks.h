#pragma once

// Walks of isolation trees. Nodes are those of `TreeNode`. In C because it keeps eight walks in registers, and because
// the first levels need comparisons whose results are masks.

typedef struct {
    float threshold;
    unsigned link;
} simd_tree_node;

// A gather is slower than the loads it stands for, above all where the processor was patched against
// "gather data sampling"; these keep the compiler from making one.
#define SIMD_OWN_REGISTER(x) __asm__("" : "+r"(x))
#define SIMD_OWN_LOAD(type, at) (*(const volatile type *)(at))

typedef float simd_loose_f16 __attribute__((ext_vector_type(16), aligned(4)));

/// Where one lane's walk goes from a node: to its first child, or one further.
SIMD_INLINE unsigned long simd_next_node(const simd_tree_node *nodes, unsigned long at, const float *point) {
    unsigned link = nodes[at].link;
    // "Not at or below" compiles to a compare and an add with carry.
    return at + (link >> 16) + !(nodes[at].threshold >= point[link & 0xffff]);
}

/// Walks 16 points from the nodes in `at`, where they stand after `level` levels, and adds their path lengths to `sums`.
/// The points are `points[0 ... 15]`, or those that begin side by side at `*points`.
SIMD_INLINE void simd_finish_walks16(
    const simd_tree_node *nodes, const unsigned *at, long level, long depth, const float *path_lengths,
    const float *const *points, int side_by_side, double *sums) {
    float lengths[16];
    for (int half = 0; half < 16; half += 8) {
        unsigned long node[8];
        for (int lane = 0; lane < 8; lane++) node[lane] = at[half + lane];
        for (long l = level; l < depth; l++) {
#pragma clang loop unroll(full)
            for (int lane = 0; lane < 8; lane++) {
                const float *point = side_by_side ? *points + half + lane : points[half + lane];
                node[lane] = simd_next_node(nodes, node[lane], point);
                SIMD_OWN_REGISTER(node[lane]);
            }
        }
        for (int lane = 0; lane < 8; lane++) lengths[half + lane] = SIMD_OWN_LOAD(float, path_lengths + node[lane]);
    }
    for (int lane = 0; lane < 16; lane++) sums[lane] += lengths[lane];
}

#if defined(__AVX512F__)

enum { simd_top_levels = 4, simd_top_nodes = 1 << simd_top_levels };

/// The first levels of a tree as a whole one: node k's children are 2k and 2k + 1; below leaves all go to the first.
typedef struct {
    /// What node k splits, at the first point, from 1 on.
    const float *feature[simd_top_nodes];
    float threshold[simd_top_nodes];
    /// The tree's own number of the node that stands below.
    int exit[simd_top_nodes] __attribute__((aligned(64)));
} simd_tree_top;

SIMD_INLINE void simd_read_tree_top(simd_tree_top *top, const simd_tree_node *nodes, const float *values) {
    int number[2 * simd_top_nodes];
    number[1] = 0;
    for (int k = 1; k < simd_top_nodes; k++) {
        simd_tree_node node = nodes[number[k]];
        top->feature[k] = values + (node.link & 0xffff);
        top->threshold[k] = node.threshold;
        number[2 * k] = number[k] + (int)(node.link >> 16);
        number[2 * k + 1] = number[2 * k] + (node.link >> 16 != 0);  // a leaf has no second child
    }
    __builtin_memcpy(top->exit, number + simd_top_nodes, sizeof top->exit);
}

/// The nodes of 16 points, from number `first` on, below the top of the tree.
SIMD_INLINE simd_i16 simd_walk_top16(const simd_tree_top *top, long first) {
    // Bit k: whether the point would go to the second child of node k. All are asked, since none waits for another.
    simd_i16 turns = (simd_i16)0;
#pragma clang loop unroll(full)
    for (int k = 1; k < simd_top_nodes; k++) {
        simd_f16 value = *(const simd_loose_f16 *)(top->feature[k] + first);
        unsigned short right =
            __builtin_ia32_cmpps512_mask(value, (simd_f16)top->threshold[k], 14, (unsigned short)-1, 4);
        turns = (simd_i16)__builtin_ia32_selectd_512(right, turns | (simd_i16)(1 << k), turns);
    }
    simd_i16 at = (simd_i16)1;
#pragma clang loop unroll(full)
    for (int level = 0; level < simd_top_levels; level++)
        at = at + at + ((simd_i16)__builtin_ia32_psrlv16si(turns, at) & 1);
    at -= simd_top_nodes;
    return (simd_i16)__builtin_ia32_permvarsi512(*(const simd_i16 *)top->exit, at);
}

#endif

/// Adds to `sums` the path length of each of `count` points, a multiple of 16, in the tree of `depth` levels at `tree`.
///
/// Point i begins at `offsets[i]` in `values`; or, without `offsets`, at i, and the nodes know how far apart its features
/// are.
SIMD_INLINE void simd_add_path_lengths(
    const void *tree, long depth, const float *path_lengths, const float *values, const int *offsets, long count,
    double *sums) {
    const simd_tree_node *nodes = (const simd_tree_node *)tree;
    if (offsets) {
        for (long first = 0; first < count; first += 16) {
            static const unsigned root[16];
            const float *points[16];
            for (int lane = 0; lane < 16; lane++) points[lane] = values + offsets[first + lane];
            simd_finish_walks16(nodes, root, 0, depth, path_lengths, points, 0, sums + first);
        }
        return;
    }
#if defined(__AVX512F__)
    simd_tree_top top;
    simd_read_tree_top(&top, nodes, values);
#endif
    for (long first = 0; first < count; first += 16) {
#if defined(__AVX512F__)
        simd_u16 at = (simd_u16)simd_walk_top16(&top, first);
        long level = simd_top_levels;
#else
        simd_u16 at = (simd_u16)0;
        long level = 0;
#endif
        const float *point = values + first;
        simd_finish_walks16(nodes, (const unsigned *)&at, level, depth, path_lengths, &point, 1, sums + first);
    }
}
