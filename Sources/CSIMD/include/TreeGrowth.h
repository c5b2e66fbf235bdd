#pragma once

// How isolation trees are grown. In C because parting points wants a compression, and the smallest of sixteen numbers a
// comparison that Swift's vectors make slowly.

/// Copies `column[places[i]]` for `count` places to `values`, and the smallest and the largest of them to `range`.
SIMD_INLINE void simd_take_values(
    const float *column, const int *places, long count, float *values, float *range) {
    enum { block = 64 };
    float least = __builtin_inff(), most = -least;
    simd_f16 lows = (simd_f16)least, highs = (simd_f16)most;
    long i = 0;
    for (; i + block <= count; i += block) {
        for (int j = 0; j < block; j++) values[i + j] = column[places[i + j]];
        for (int j = 0; j < block; j += 16) {
            simd_f16 some = *(const simd_loose_f16 *)(values + i + j);
            lows = some < lows ? some : lows;
            highs = some > highs ? some : highs;
        }
    }
    for (int lane = 0; lane < 16 && i > 0; lane++) {
        least = lows[lane] < least ? lows[lane] : least;
        most = highs[lane] > most ? highs[lane] : most;
    }
    for (; i < count; i++) {
        float value = column[places[i]];
        values[i] = value;
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    range[0] = least;
    range[1] = most;
}

/// Moves the places whose value is at or below `threshold` to the front, in their order, and the others behind them.
/// `spare` has room for `count` places and 16 more.
///
/// Returns how many are in front.
SIMD_INLINE long simd_part_places(int *places, const float *values, long count, float threshold, int *spare) {
    long below = 0, above = 0, i = 0;
#if defined(__AVX512F__)
    typedef int simd_loose_i16 __attribute__((ext_vector_type(16), aligned(4)));
    for (; i + 16 <= count; i += 16) {
        // What is written here was read before.
        simd_i16 some = *(const simd_loose_i16 *)(places + i);
        unsigned short first = __builtin_ia32_cmpps512_mask(
            *(const simd_loose_f16 *)(values + i), (simd_f16)threshold, 18, (unsigned short)-1, 4);
        unsigned short rest = (unsigned short)~first;
        *(simd_loose_i16 *)(places + below) = (simd_i16)__builtin_ia32_compresssi512_mask(some, (simd_i16)0, first);
        *(simd_loose_i16 *)(spare + above) = (simd_i16)__builtin_ia32_compresssi512_mask(some, (simd_i16)0, rest);
        below += __builtin_popcount(first);
        above += __builtin_popcount(rest);
    }
#endif
    for (; i < count; i++) {
        int place = places[i], is_below = values[i] <= threshold;
        places[below] = place;
        spare[above] = place;
        below += is_below;
        above += !is_below;
    }
    __builtin_memcpy(places + below, spare, (unsigned long)above * sizeof *places);
    return below;
}
