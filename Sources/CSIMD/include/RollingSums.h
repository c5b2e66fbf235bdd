#pragma once

// What rolling statistics need beside sums: results side by side, and roots.

#define SIMD_DEFINE_PAIRS(N)                                                                      \
    /* Stores a[i] and b[i] of `count` lanes side by side, `stride` bytes from those of the lane before. */ \
    SIMD_INLINE void simd_store_pairs##N(simd_d##N a, simd_d##N b, long count, void *at, long stride) { \
        for (int i = 0; i < N; i++)                                                               \
            if (count == N || i < count) *(simd_loose_d2 *)((char *)at + i * stride) = (simd_d2){a[i], b[i]}; \
    }

SIMD_DEFINE_PAIRS(2)
SIMD_DEFINE_PAIRS(4)

#if defined(__AVX512F__)
/// The same as the other widths', of all lanes by two shuffles: the compiler must not take them apart into one a lane, nor
/// what comes before.
SIMD_INLINE void simd_store_pairs8(simd_d8 a, simd_d8 b, long count, void *at, long stride) {
    __asm__("" : "+v"(a), "+v"(b));
    simd_d8 even = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
    simd_d8 odd = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    __asm__("" : "+v"(even), "+v"(odd));
#define SIMD_STORE_PAIR(I, V)                                                                     \
    if (count == 8 || I < count)                                                                  \
        *(simd_loose_d2 *)((char *)at + I * stride) = __builtin_shufflevector(V, V, I & 6, (I & 6) + 1);
    SIMD_STORE_PAIR(0, even)
    SIMD_STORE_PAIR(1, odd)
    SIMD_STORE_PAIR(2, even)
    SIMD_STORE_PAIR(3, odd)
    SIMD_STORE_PAIR(4, even)
    SIMD_STORE_PAIR(5, odd)
    SIMD_STORE_PAIR(6, even)
    SIMD_STORE_PAIR(7, odd)
#undef SIMD_STORE_PAIR
}

/// The root of the magnitude of finite numbers, to the bit that of `simd_root8`, by multiplications: an estimate of 14 bits,
/// two steps of Goldschmidt's iteration, and a last one from the remainder, which rounds as it should (P. Markstein 1990,
/// doi:10.1147/rd.341.0111).
SIMD_INLINE simd_d8 simd_root_by_products8(simd_d8 a) {
    const simd_d8 half = 0.5;
    a = __builtin_elementwise_abs(a);
    // The remainder of a smaller number is too small to be exact; 0 is fine. In the comparisons 4 is not equal, 2 less than
    // or equal.
    unsigned char positive = __builtin_ia32_cmppd512_mask(a, (simd_d8)0.0, 4, -1, 4);
    unsigned char ordinary = __builtin_ia32_cmppd512_mask((simd_d8)0x1p-900, a, 2, -1, 4);
    if (__builtin_expect(positive != ordinary, 0)) return __builtin_elementwise_sqrt(a);
    simd_d8 estimate = (simd_d8)__builtin_ia32_rsqrt14pd512_mask(a, (simd_d8)0.0, positive);
    simd_d8 root = a * estimate, slope = estimate * half;
    for (int step = 0; step < 2; step++) {
        simd_d8 rest = SIMD_FMA(-root, slope, half);
        root = SIMD_FMA(root, rest, root);
        slope = SIMD_FMA(slope, rest, slope);
    }
    return SIMD_FMA(SIMD_FMA(-root, root, a), slope, root);
}
#endif
