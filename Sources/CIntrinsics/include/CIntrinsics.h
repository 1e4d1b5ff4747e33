/// What Swift cannot say, or says lane by lane: a prefetch, and the square root of a vector.
///
/// Inlined into each kernel module under that module's instruction set; static, so that no symbol is shared.
#ifndef FASTTRAIN_INTRINSICS_H
#define FASTTRAIN_INTRINSICS_H

typedef float ft_float16 __attribute__((vector_size(64), aligned(4), may_alias));

/// √x of the sixteen numbers at `x`, correctly rounded (IEEE 754), in place.
__attribute__((always_inline)) static inline void ft_square_root(void *x) {
    *(ft_float16 *)x = __builtin_elementwise_sqrt(*(const ft_float16 *)x);
}

/// Asks for the cache line at `address`, which need not be one of ours, for reading soon.
__attribute__((always_inline)) static inline void ft_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
