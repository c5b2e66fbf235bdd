#pragma once

// What Swift's SIMD types lack, header-only so that it is inlined and compiled with the importing target's -march.

/// The highest x86-64 feature level of this machine that the operating system supports too: 1, 3 or 4; 1 elsewhere.
int simd_cpu_level(void);

/// The processors that this process may run on.
long simd_usable_processors(void);

#define SIMD_INLINE static inline __attribute__((always_inline))

/// Waits for some dozen cycles.
SIMD_INLINE void simd_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define SIMD_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
// Without the instruction a fused multiply-add would be a library call per lane.
#define SIMD_FMA(a, b, c) ((a) * (b) + (c))
#endif

#define SIMD_DEFINE(N)                                                                            \
    typedef float simd_f##N __attribute__((ext_vector_type(N)));                                 \
    typedef int simd_i##N __attribute__((ext_vector_type(N)));                                   \
    SIMD_INLINE simd_f##N simd_fma##N(simd_f##N a, simd_f##N b, simd_f##N c) {                    \
        return SIMD_FMA(a, b, c);                                                                 \
    }                                                                                             \
    SIMD_INLINE simd_f##N simd_abs##N(simd_f##N a) { return __builtin_elementwise_abs(a); }       \
    SIMD_INLINE simd_f##N simd_sqrt##N(simd_f##N a) { return __builtin_elementwise_sqrt(a); }     \
    SIMD_INLINE simd_f##N simd_copysign##N(simd_f##N magnitude, simd_f##N sign) {                 \
        return __builtin_elementwise_copysign(magnitude, sign);                                   \
    }                                                                                             \
    /* Not a number where x is; so are the operands ordered. */                                   \
    SIMD_INLINE simd_f##N simd_clamp##N(simd_f##N x, float low, float high) {                     \
        simd_f##N l = low, h = high;                                                              \
        x = x < l ? l : x;                                                                        \
        return x > h ? h : x;                                                                     \
    }

SIMD_DEFINE(4)
SIMD_DEFINE(8)
SIMD_DEFINE(16)

#define SIMD_DEFINE_DOUBLE(N)                                                                     \
    typedef double simd_d##N __attribute__((ext_vector_type(N)));                                \
    typedef double simd_loose_d##N __attribute__((ext_vector_type(N), aligned(1)));              \
    /* The root of the magnitude. */                                                              \
    SIMD_INLINE simd_d##N simd_root##N(simd_d##N a) {                                             \
        return __builtin_elementwise_sqrt(__builtin_elementwise_abs(a));                          \
    }

SIMD_DEFINE_DOUBLE(2)
SIMD_DEFINE_DOUBLE(4)
SIMD_DEFINE_DOUBLE(8)

/// The first `count` doubles at `at`, and 0 in the other lanes. No other memory is touched.
SIMD_INLINE simd_d2 simd_load_part2(const double *at, long count) {
    return (simd_d2){at[0], count > 1 ? at[1] : 0};
}
#if defined(__AVX__)
SIMD_INLINE simd_d4 simd_load_part4(const double *at, long count) {
    typedef long long simd_word4 __attribute__((ext_vector_type(4)));
    return (simd_d4)__builtin_ia32_maskloadpd256((const simd_d4 *)at, (simd_word4){0, 1, 2, 3} < count);
}
#endif
#if defined(__AVX512F__)
SIMD_INLINE simd_d8 simd_load_part8(const double *at, long count) {
    return (simd_d8)__builtin_ia32_loadupd512_mask(at, (simd_d8)0.0, (unsigned char)((1 << count) - 1));
}
#endif

/// p · 2^n for whole n from -150 to 128, rounded once where the machine can.
#if defined(__AVX512F__)
SIMD_INLINE simd_f16 simd_scale16(simd_f16 p, simd_f16 n) {
    return (simd_f16)__builtin_ia32_scalefps512_mask(p, n, p, (unsigned short)-1, 4);
}

/// 1 / d for normal d whose reciprocal is normal, within one unit in the last place: an estimate of 14 bits, and one
/// step of Newton's method, which is three times as fast as division.
SIMD_INLINE simd_f16 simd_reciprocal16(simd_f16 d) {
    simd_f16 r = (simd_f16)__builtin_ia32_rcp14ps512_mask(d, d, (unsigned short)-1);
    return SIMD_FMA(r, SIMD_FMA(-d, r, (simd_f16)1.0f), r);
}
#endif

#define SIMD_DEFINE_SCALE(N)                                                                      \
    SIMD_INLINE simd_f##N simd_scale##N(simd_f##N p, simd_f##N n) {                               \
        simd_i##N whole = __builtin_convertvector(n, simd_i##N), half = whole >> 1;               \
        simd_i##N rest = whole - half;                                                            \
        return p * (simd_f##N)((half + 127) << 23) * (simd_f##N)((rest + 127) << 23);             \
    }

SIMD_DEFINE_SCALE(4)
SIMD_DEFINE_SCALE(8)

typedef unsigned int simd_u16 __attribute__((ext_vector_type(16)));
typedef unsigned long long simd_wide8 __attribute__((ext_vector_type(8)));

// The 64-bit products of a's even and odd lanes with m: two multiplications that serve both halves.
#define SIMD_EVEN_PRODUCTS(a, m) (((simd_wide8)(a) & 0xffffffffull) * (unsigned long long)(m))
#define SIMD_ODD_PRODUCTS(a, m) (((simd_wide8)(a) >> 32) * (unsigned long long)(m))

/// The upper halves of the 64-bit products of a's lanes with m.
SIMD_INLINE simd_u16 simd_multiply_high16(simd_u16 a, unsigned int m) {
    return (simd_u16)((SIMD_EVEN_PRODUCTS(a, m) >> 32) | (SIMD_ODD_PRODUCTS(a, m) & 0xffffffff00000000ull));
}

/// The lower halves of them.
SIMD_INLINE simd_u16 simd_multiply_low16(simd_u16 a, unsigned int m) {
    return (simd_u16)((SIMD_EVEN_PRODUCTS(a, m) & 0xffffffffull) | (SIMD_ODD_PRODUCTS(a, m) << 32));
}

/// The sum of the lanes, by halves.
SIMD_INLINE float simd_total4(simd_f4 v) { return (v[0] + v[2]) + (v[1] + v[3]); }
SIMD_INLINE float simd_total8(simd_f8 v) { return simd_total4(v.lo + v.hi); }
SIMD_INLINE float simd_total16(simd_f16 v) { return simd_total8(v.lo + v.hi); }

/// The sums of neighbouring lanes: those of a, then those of b.
SIMD_INLINE simd_f16 simd_pair_sums16(simd_f16 a, simd_f16 b) {
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
           __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// Each lane's neighbour, and its neighbour's neighbour, in a group of four.
#define SIMD_NEAR(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define SIMD_FAR(v) __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)

/// In each lane the sum of its group of four.
SIMD_INLINE simd_f16 simd_quad_sums16(simd_f16 v) {
    v += SIMD_NEAR(v);
    return v + SIMD_FAR(v);
}

/// In each lane the largest of its group of four.
SIMD_INLINE simd_f16 simd_quad_maxima16(simd_f16 v) {
    simd_f16 near = SIMD_NEAR(v);
    v = v > near ? v : near;
    simd_f16 far = SIMD_FAR(v);
    return v > far ? v : far;
}

#include "NumberFields.h"
#include "RollingSums.h"
#include "RowCopies.h"
#include "TreeWalks.h"
#include "ShallowTrees.h"
#include "TreeGrowth.h"
