#pragma once

// Paths down isolation trees of few levels. Instead of walking, where each split waits for the one above it, every split of
// the tree is asked of every point; most answers do not matter, but sixteen of them cost one comparison. Then each bit
// of a word stands for a point: the bits that reach a split part ways there. In C because comparisons give bits.

enum { simd_shallow_levels = 8, simd_shallow_points = 256, simd_most_shallow_splits = (1 << simd_shallow_levels) - 1 };

/// A split as `TreeSplit` lays it out.
typedef struct {
    float threshold;
    unsigned short offset;
    unsigned short node;
} simd_tree_split;

typedef _Bool simd_b16 __attribute__((ext_vector_type(16)));
typedef _Bool simd_b64 __attribute__((ext_vector_type(64)));
typedef unsigned char simd_byte64 __attribute__((ext_vector_type(64)));
/// A bit for each point.
typedef unsigned long long simd_bits256 __attribute__((ext_vector_type(4)));

/// Adds to `sums` the path lengths of 256 points, which begin side by side at `values`, in one tree.
///
/// The splits stand in breadth-first order; those of the first l + 1 levels end at `level_ends[l]`. `path_lengths` has a
/// number for each path: bit 7 is its turn at the root, bit 6 the one below, 1 for the second child; 0 below its leaf.
SIMD_INLINE void simd_add_shallow_path_lengths(
    const void *tree_splits, const unsigned short *level_ends, const float *path_lengths, const float *values,
    double *sums) {
    const simd_tree_split *splits = (const simd_tree_split *)tree_splits;
    long count = level_ends[simd_shallow_levels - 1];

    simd_bits256 turns[simd_most_shallow_splits];
    for (long s = 0; s < count; s++) {
        simd_f16 threshold = (simd_f16)splits[s].threshold;
        const float *value = values + splits[s].offset;
#pragma clang loop unroll(full)
        for (int group = 0; group < simd_shallow_points / 16; group++) {
            simd_b16 turn = __builtin_convertvector(*(const simd_loose_f16 *)(value + 16 * group) > threshold, simd_b16);
            __builtin_memcpy((char *)&turns[s] + 2 * group, &turn, 2);
        }
    }

    // The children of the s-th split are nodes 1 + 2s and 2 + 2s.
    simd_bits256 reach[2 * simd_most_shallow_splits + 1], turns_at[simd_shallow_levels];
    reach[0] = ~(simd_bits256)0;
    long s = 0;
    for (int level = 0; level < simd_shallow_levels; level++) {
        simd_bits256 at_level = (simd_bits256)0;
#pragma clang loop unroll(disable)
        for (; s < level_ends[level]; s++) {
            simd_bits256 here = reach[splits[s].node], second = here & turns[s];
            reach[1 + 2 * s] = here & ~turns[s];
            reach[2 + 2 * s] = second;
            at_level |= second;
        }
        turns_at[level] = at_level;
    }

    for (int word = 0; word < simd_shallow_points / 64; word++) {
        simd_byte64 path = (simd_byte64)0;
#pragma clang loop unroll(full)
        for (int level = 0; level < simd_shallow_levels; level++) {
            unsigned long long bits = turns_at[level][word];
            simd_b64 turn;
            __builtin_memcpy(&turn, &bits, sizeof bits);
            path |= __builtin_convertvector(turn, simd_byte64) * (unsigned char)(128 >> level);
        }
        unsigned char paths[64];
        float lengths[64];
        __builtin_memcpy(paths, &path, sizeof paths);
#pragma clang loop unroll_count(16)
        for (int point = 0; point < 64; point++) lengths[point] = SIMD_OWN_LOAD(float, path_lengths + paths[point]);
        for (int point = 0; point < 64; point++) sums[64 * word + point] += lengths[point];
    }
}
