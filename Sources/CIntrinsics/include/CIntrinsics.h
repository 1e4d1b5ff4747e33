/// What Swift cannot say, or says lane by lane: a prefetch, the square root of a vector, a transposition, the numbers of
/// a vector that are not zero, and bfloat16.
///
/// Inlined into each kernel module under that module's instruction set; static, so that no symbol is shared.
#ifndef FASTTRAIN_INTRINSICS_H
#define FASTTRAIN_INTRINSICS_H

#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define FT_INLINE __attribute__((always_inline)) static inline

typedef float ft_float16 __attribute__((vector_size(64), aligned(4), may_alias));

/// √x of the sixteen numbers at `x`, correctly rounded (IEEE 754), in place.
FT_INLINE void ft_square_root(void *x) { *(ft_float16 *)x = __builtin_elementwise_sqrt(*(const ft_float16 *)x); }

/// Asks for the cache line at `address`, which need not be one of ours, for reading soon.
FT_INLINE void ft_prefetch(const void *address) { __builtin_prefetch(address); }

/// The same, into the second-level cache only.
FT_INLINE void ft_prefetch_second_level(const void *address) { __builtin_prefetch(address, 0, 2); }

/// The CPU's time stamp counter: ticks of a constant rate on every CPU that we know.
FT_INLINE uint64_t ft_ticks(void) { return __builtin_ia32_rdtsc(); }

typedef float ft_float8 __attribute__((vector_size(32), aligned(4), may_alias));

#define FT_SHUFFLE8(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/// Eight rows of eight numbers, `source_stride` floats apart, become eight columns: rows `destination_stride` apart.
FT_INLINE void ft_transpose8(const float *source, long source_stride, float *destination, long destination_stride) {
    ft_float8 row[8], pair[8], four[8];
    for (int i = 0; i < 8; i++) row[i] = *(const ft_float8 *)(source + i * source_stride);
    for (int i = 0; i < 8; i += 2) {
        pair[i] = FT_SHUFFLE8(row[i], row[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pair[i + 1] = FT_SHUFFLE8(row[i], row[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int j = 0; j < 2; j++) {
            four[i + 2 * j] = FT_SHUFFLE8(pair[i + j], pair[i + 2 + j], 0, 1, 8, 9, 4, 5, 12, 13);
            four[i + 2 * j + 1] = FT_SHUFFLE8(pair[i + j], pair[i + 2 + j], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int i = 0; i < 4; i++) {
        *(ft_float8 *)(destination + i * destination_stride) =
            FT_SHUFFLE8(four[i], four[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(ft_float8 *)(destination + (i + 4) * destination_stride) =
            FT_SHUFFLE8(four[i], four[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

typedef uint32_t ft_word16 __attribute__((vector_size(64), aligned(4), may_alias));

typedef uint64_t ft_wide8 __attribute__((vector_size(64), aligned(4), may_alias));

/// The upper and the lower halves of sixteen numbers times `factor`.
FT_INLINE void ft_multiply_wide(const ft_word16 *numbers, uint64_t factor, ft_word16 *upper, ft_word16 *lower) {
    const uint64_t half = 0xffffffff;
    ft_wide8 even = (*(const ft_wide8 *)numbers & half) * factor, odd = (*(const ft_wide8 *)numbers >> 32) * factor;
    *upper = (ft_word16)(even >> 32 | (odd & ~half));
    *lower = (ft_word16)((even & half) | odd << 32);
}

/// Dropout of sixteen neighbours in up to four rows: rows `begin` to `end` of those that `rows` is the first of, `stride`
/// floats apart. A number becomes `dropped` if its draw is below `threshold`, else `scale` times itself.
///
/// The draws are Philox 4×32-10 (Salmon et al. 2011) under `key`, of counter (unit, `high`, `stream`, `purpose`) the
/// number of the row; `unit` is that of the first number.
FT_INLINE void ft_dropout16(
    float *rows, long stride, long begin, long end, uint32_t unit, uint32_t high, uint32_t stream, uint32_t purpose,
    uint64_t key, uint32_t threshold, float scale, float dropped) {
    const ft_word16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, zeros = lanes ^ lanes;
    ft_word16 draws[4] = {lanes + unit, zeros + high, zeros + stream, zeros + purpose};
    uint32_t first_key = (uint32_t)key, second_key = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        ft_word16 first_upper, first_lower, second_upper, second_lower;
        ft_multiply_wide(&draws[0], 0xd2511f53, &first_upper, &first_lower);
        ft_multiply_wide(&draws[2], 0xcd9e8d57, &second_upper, &second_lower);
        draws[0] = second_upper ^ draws[1] ^ first_key;
        draws[1] = second_lower;
        draws[2] = first_upper ^ draws[3] ^ second_key;
        draws[3] = first_lower;
        first_key += 0x9e3779b9;
        second_key += 0xbb67ae85;
    }
    uint32_t dropped_bits;
    memcpy(&dropped_bits, &dropped, 4);
    for (long row = begin; row < end; row++) {
        ft_float16 *numbers = (ft_float16 *)(rows + row * stride);
        ft_word16 kept = (ft_word16)(draws[row] >= threshold);
        ft_float16 scaled = *numbers * scale;
        *(ft_word16 *)numbers = ((ft_word16)scaled & kept) | (dropped_bits & ~kept);
    }
}

#ifndef __AVX512BF16__
/// Sixteen numbers rounded to bfloat16, to nearest, ties to even, in the upper halves; a subnormal number becomes a zero.
/// NaN stays NaN if it is one that the CPU makes.
FT_INLINE void ft_round16(ft_word16 *numbers) {
    ft_word16 is_normal = (ft_word16)((*numbers & 0x7f800000) != 0);
    *numbers = (*numbers + 0x7fff + (*numbers >> 16 & 1)) & 0xffff0000 & (is_normal | 0x80000000);
}

/// Two times sixteen numbers, rounded to bfloat16, as pairs.
FT_INLINE void ft_pair16(ft_word16 *lower, ft_word16 *upper, float *pairs) {
    ft_round16(lower);
    ft_round16(upper);
    *(ft_word16 *)pairs = *lower >> 16 | *upper;
}
#endif

/// Sixteen pairs of bfloat16 numbers from two rows: of row `first` in the lower halves, of row `second` in the upper.
FT_INLINE void ft_pair_rows(const float *first, const float *second, float *pairs) {
    ft_word16 lower = *(const ft_word16 *)first, upper = *(const ft_word16 *)second;
#ifdef __AVX512BF16__
    // Word i is number i of the first row, word 16 + i of the second.
    const __m512i order = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
        16, 0);
    __m512i words = (__m512i)_mm512_cvtne2ps_pbh((__m512)upper, (__m512)lower);
    *(ft_word16 *)pairs = (ft_word16)_mm512_permutexvar_epi16(order, words);
#else
    ft_pair16(&lower, &upper, pairs);
#endif
}

/// Sixteen pairs of bfloat16 numbers from neighbours: eight of the sixteen numbers at `first`, eight of those at `second`.
FT_INLINE void ft_pair_neighbours(const float *first, const float *second, float *pairs) {
    ft_word16 left = *(const ft_word16 *)first, right = *(const ft_word16 *)second;
#ifdef __AVX512BF16__
    *(ft_word16 *)pairs = (ft_word16)_mm512_cvtne2ps_pbh((__m512)right, (__m512)left);
#else
    ft_word16 lower = __builtin_shufflevector(
        left, right, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    ft_word16 upper = __builtin_shufflevector(
        left, right, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    ft_pair16(&lower, &upper, pairs);
#endif
}

#ifdef __AVX512BF16__
typedef float ft_lanes16 __attribute__((ext_vector_type(16)));

/// `sum` plus the products of pairs of bfloat16 numbers: first of the upper halves, then of the lower ones.
FT_INLINE ft_lanes16 ft_add_pair_products(ft_lanes16 sum, ft_lanes16 left, ft_lanes16 right) {
    return (ft_lanes16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
}
#endif

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define FT_KEEP_AVX512 1
/// How many numbers `ft_keep_floats` and `ft_keep_bytes` look at.
enum { FT_KEPT_AT_ONCE = 16 };
#else
/// How many numbers `ft_keep_floats` and `ft_keep_bytes` look at.
enum { FT_KEPT_AT_ONCE = 8 };
#endif

#ifdef FT_KEEP_AVX512
/// Writes those of `numbers` in `mask`, and `first + place · step` of each.
FT_INLINE long ft_keep16(
    __m512 numbers, __mmask16 mask, float *values, uint16_t *offsets, uint16_t first, uint16_t step) {
    const __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i distance =
        _mm512_add_epi32(_mm512_mullo_epi32(places, _mm512_set1_epi32(step)), _mm512_set1_epi32(first));
    _mm512_storeu_ps(values, _mm512_maskz_compress_ps(mask, numbers));
    __m256i kept = _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(mask, distance));
    _mm256_storeu_si256((__m256i *)(void *)offsets, kept);
    return __builtin_popcount(mask);
}
#elif defined(__AVX2__)
/// The places (0 to 7, a byte each) of the bits set in `mask`, first things first.
FT_INLINE __m128i ft_places(unsigned mask) {
    uint64_t bytes = _pdep_u64(mask, 0x0101010101010101) * 0xff;
    return _mm_cvtsi64_si128((long long)_pext_u64(0x0706050403020100, bytes));
}

/// Writes `first + place · step` for each of eight places.
FT_INLINE void ft_write_offsets(__m128i places, uint16_t *offsets, uint16_t first, uint16_t step) {
    __m128i distance = _mm_mullo_epi16(_mm_cvtepu8_epi16(places), _mm_set1_epi16((short)step));
    _mm_storeu_si128((__m128i *)(void *)offsets, _mm_add_epi16(distance, _mm_set1_epi16((short)first)));
}
#endif

/// Bits of which one is set in every number that is not zero or subnormal, and in every pair of bfloat16 numbers that
/// are not both zero.
enum { FT_NOT_ZERO = 0x7fff7fff };

/// Writes those of the `FT_KEPT_AT_ONCE` numbers, or pairs, at `source` that are not zero to `values`, and for number i
/// `first + i · step` to `offsets`. Returns how many; up to `FT_KEPT_AT_ONCE` places of both are written.
FT_INLINE long ft_keep_floats(
    const float *source, float *values, uint16_t *offsets, uint16_t first, uint16_t step) {
#ifdef FT_KEEP_AVX512
    __m512 numbers = _mm512_loadu_ps(source);
    __mmask16 mask = _mm512_test_epi32_mask(_mm512_castps_si512(numbers), _mm512_set1_epi32(FT_NOT_ZERO));
    return ft_keep16(numbers, mask, values, offsets, first, step);
#elif defined(__AVX2__)
    __m256 numbers = _mm256_loadu_ps(source);
    __m256i bits = _mm256_and_si256(_mm256_castps_si256(numbers), _mm256_set1_epi32(FT_NOT_ZERO));
    __m256i zeros = _mm256_cmpeq_epi32(bits, _mm256_setzero_si256());
    unsigned mask = ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(zeros)) & 0xff;
    __m128i places = ft_places(mask);
    _mm256_storeu_ps(values, _mm256_permutevar8x32_ps(numbers, _mm256_cvtepu8_epi32(places)));
    ft_write_offsets(places, offsets, first, step);
    return __builtin_popcount(mask);
#else
    long count = 0;
    for (int i = 0; i < FT_KEPT_AT_ONCE; i++) {
        uint32_t bits;
        memcpy(&bits, source + i, 4);
        values[count] = source[i];
        offsets[count] = (uint16_t)(first + i * step);
        count += (bits & FT_NOT_ZERO) != 0;
    }
    return count;
#endif
}

/// As `ft_keep_floats`, of bytes, each times `scale`.
FT_INLINE long ft_keep_bytes(
    const uint8_t *source, float scale, float *values, uint16_t *offsets, uint16_t first, uint16_t step) {
#ifdef FT_KEEP_AVX512
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)source);
    // Without a branch for sixteen zeros, which nobody can predict: 8 µs a minibatch of `mnist-small`, with it 9.
    __mmask16 mask = _mm_test_epi8_mask(bytes, bytes);
    __m512 numbers = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
    return ft_keep16(_mm512_mul_ps(numbers, _mm512_set1_ps(scale)), mask, values, offsets, first, step);
#else
    uint64_t eight;
    memcpy(&eight, source, 8);
    if (eight == 0) return 0;
#ifdef __AVX2__
    __m128i bytes = _mm_cvtsi64_si128((long long)eight);
    unsigned mask = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())) & 0xff;
    __m128i places = ft_places(mask);
    __m256i kept = _mm256_cvtepu8_epi32(_mm_shuffle_epi8(bytes, places));
    _mm256_storeu_ps(values, _mm256_mul_ps(_mm256_cvtepi32_ps(kept), _mm256_set1_ps(scale)));
    ft_write_offsets(places, offsets, first, step);
    return __builtin_popcount(mask);
#else
    long count = 0;
    for (int i = 0; i < 8; i++) {
        values[count] = (float)source[i] * scale;
        offsets[count] = (uint16_t)(first + i * step);
        count += source[i] != 0;
    }
    return count;
#endif
#endif
}

#endif
