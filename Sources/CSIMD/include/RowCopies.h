#pragma once

// Numbers of rows, copied from place to place in vectors.

#if defined(__AVX512F__)

typedef long simd_offsets4 __attribute__((ext_vector_type(4)));

/// See `simd_copy_rows`; `groups` and `isDense` are known where this is inlined, so that no row asks for them.
SIMD_INLINE long simd_copy_rows_of(
    const int groups, const _Bool isDense, const char *from, long from_stride, char *to, long to_stride, long count,
    simd_offsets4 offsets, simd_i4 chosen, double limit) {
    const simd_d8 none = 0.0;
    for (long row = 0; row < count; row++, from += from_stride, to += to_stride) {
        char *place = to;
        unsigned char odd = 0;
#pragma clang loop unroll(full)
        for (int group = 0; group < groups; group++) {
            unsigned char mask = (unsigned char)chosen[group], width = (unsigned char)__builtin_popcount(mask);
            simd_d8 values =
                (simd_d8)__builtin_ia32_loadupd512_mask((const double *)(from + offsets[group]), none, mask);
            simd_d8 packed = isDense ? values : (simd_d8)__builtin_ia32_compressdf512_mask(values, none, mask);
            __builtin_ia32_storeupd512_mask((double *)place, packed, (unsigned char)((1 << width) - 1));
            // 22 is not less than or equal, true of NaN, without a trap; 4 is as the machine rounds.
            odd |= __builtin_ia32_cmppd512_mask(__builtin_elementwise_abs(values), (simd_d8)limit, 22, mask, 4);
            place += 8 * width;
        }
        if (odd) return row;
    }
    return count;
}

/// Copies the doubles of `count` rows that are chosen side by side to the rows at `to`, and looks at each on the way. A
/// row has one to four groups of eight, `offsets` bytes from its beginning, of which `chosen` has a bit each; where it
/// `isDense`, those of a group are its first ones. No other memory is touched.
///
/// Returns how many rows come before the first one with a number that is NaN or of a magnitude beyond `limit`.
SIMD_INLINE long simd_copy_rows(
    int groups, _Bool isDense, const void *from, long from_stride, void *to, long to_stride, long count,
    simd_offsets4 offsets, simd_i4 chosen, double limit) {
#define SIMD_COPY_ROWS(GROUPS, DENSE)                                                             \
    return simd_copy_rows_of(GROUPS, DENSE, from, from_stride, to, to_stride, count, offsets, chosen, limit)
    switch (groups * 2 + isDense) {
    case 2: SIMD_COPY_ROWS(1, 0);
    case 3: SIMD_COPY_ROWS(1, 1);
    case 4: SIMD_COPY_ROWS(2, 0);
    case 5: SIMD_COPY_ROWS(2, 1);
    case 6: SIMD_COPY_ROWS(3, 0);
    case 7: SIMD_COPY_ROWS(3, 1);
    case 8: SIMD_COPY_ROWS(4, 0);
    default: SIMD_COPY_ROWS(4, 1);
    }
#undef SIMD_COPY_ROWS
}

#endif
