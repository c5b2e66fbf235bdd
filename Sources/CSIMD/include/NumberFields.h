#pragma once

// Decimal numbers in text, eight at once; in C because Swift takes operations on vectors of integers apart.

#if defined(__AVX512BW__) && defined(__AVX512DQ__)

/// A bit for each of 64 bytes, the first one lowest: set where it is a blank or a control character.
SIMD_INLINE unsigned long long simd_blanks64(const void *bytes) {
    typedef unsigned char simd_b64 __attribute__((ext_vector_type(64)));
    typedef _Bool simd_m64 __attribute__((ext_vector_type(64)));
    simd_b64 text;
    __builtin_memcpy(&text, bytes, sizeof text);
    simd_m64 blanks = __builtin_convertvector(text <= (simd_b64)(unsigned char)0x20, simd_m64);
    unsigned long long bits;
    __builtin_memcpy(&bits, &blanks, sizeof bits);
    return bits;
}

/// Writes the places of the bits that are set, plus `at`, lowest first, and then others, 64 in all at most.
SIMD_INLINE void simd_put_places64(unsigned long long bits, int at, int *places) {
    typedef int simd_p16 __attribute__((ext_vector_type(16)));
    const simd_p16 first = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (int part = 0; part < 64; part += 16) {
        unsigned short mask = (unsigned short)(bits >> part);
        simd_p16 found = (simd_p16)__builtin_ia32_compresssi512_mask(first + (at + part), first, mask);
        __builtin_memcpy(places, &found, sizeof found);
        places += __builtin_popcount(mask);
    }
}

typedef unsigned long long simd_word8 __attribute__((ext_vector_type(8)));
typedef unsigned long long simd_loose_word8 __attribute__((ext_vector_type(8), aligned(8)));


/// Reads eight numbers, which begin a byte behind ends[-1 ... 6] and end before ends[0 ... 7]; 0 in the lanes of those that
/// have the shapes that `FieldShapes` describes in rows of `stride` words.
SIMD_INLINE simd_word8 simd_read_numbers8(
    const void *text, const int *ends, const unsigned long long *shapes, long stride, double *values) {
    typedef int simd_end8 __attribute__((ext_vector_type(8), aligned(4)));
    typedef char simd_c64 __attribute__((vector_size(64)));
    typedef short simd_s32 __attribute__((vector_size(64)));
    typedef int simd_h16 __attribute__((vector_size(64)));
    typedef long long simd_l8 __attribute__((vector_size(64)));
    const simd_loose_word8 *rows[7];
    for (int row = 0; row < 7; row++) rows[row] = (const simd_loose_word8 *)(shapes + row * stride);

    simd_word8 length =
        __builtin_convertvector(*(const simd_end8 *)ends - *(const simd_end8 *)(ends - 1), simd_word8) - 1;
    simd_word8 word;
    for (int i = 0; i < 8; i++) __builtin_memcpy((char *)&word + 8 * i, (const char *)text + ends[i] - 7, 8);
    // 1 where the first character is a '-'. Shifts by 64 and more leave 0 here.
    simd_word8 first = (simd_word8)__builtin_ia32_psrlv8di((simd_l8)word, (simd_l8)(56 - length * 8));
    simd_word8 negative = ((first & 0xff ^ 0x2d) - 1) >> 63;
    simd_word8 characters = length - negative;
    // What stands before the number's digits counts as zeros.
    const simd_word8 all = ~0ull;
    simd_word8 own = (simd_word8)__builtin_ia32_psllv8di((simd_l8)all, (simd_l8)(56 - characters * 8));
    simd_word8 digits = (word ^ *rows[0]) & own;
    simd_word8 packed = (digits & *rows[2]) << 16 | (digits & *rows[3]) << 8;
    simd_word8 other = ((packed + 0x7676767676767676ull) | packed) & 0x8080808080808080ull;
    other |= digits & *rows[1];
    // Below zero where there are too few or too many characters.
    other |= ((characters - *rows[6]) | (7 - length)) & 1ull << 63;

    const simd_word8 tens = 0x010a010a010a010aull, hundreds = 0x0001006400010064ull;
    simd_s32 pairs = __builtin_ia32_pmaddubsw512((simd_c64)packed, (simd_c64)tens);
    simd_word8 fours = (simd_word8)__builtin_ia32_pmaddwd512(pairs, (simd_s32)hundreds);
    simd_word8 value = (fours & 0xffffffffull) * 10000 + (fours >> 32);
    // Whole numbers below 2^52 become doubles by their bits.
    simd_d8 magnitude = (simd_d8)(value | 0x4330000000000000ull) - 0x1p52;
    // The remainder of the first estimate is exact; adding its share gives the correctly rounded quotient in a fifth of a
    // division's time (P. Markstein 1990, doi:10.1147/rd.341.0111; tried with all numbers and divisors there are).
    simd_d8 reciprocal = (simd_d8)*rows[5], estimate = magnitude * reciprocal;
    simd_d8 rest = SIMD_FMA(-estimate, (simd_d8)*rows[4], magnitude);
    simd_word8 quotient = (simd_word8)SIMD_FMA(rest, reciprocal, estimate);
    *(simd_loose_word8 *)values = quotient | negative << 63;
    return other;
}

/// Reads `count` numbers, a multiple of eight; true where all of them have their shapes.
SIMD_INLINE _Bool simd_read_numbers(
    const void *text, const int *ends, long count, const unsigned long long *shapes, long stride, double *values) {
    simd_word8 others = 0;
    for (long field = 0; field < count; field += 8)
        others |= simd_read_numbers8(text, ends + field, shapes + field, stride, values + field);
    return __builtin_reduce_or(others) == 0;
}

#endif
