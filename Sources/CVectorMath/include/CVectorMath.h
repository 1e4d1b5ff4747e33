/// The one operation that Swift's SIMD types have but compile lane by lane: the square root.
///
/// Inlined into each kernel module under that module's instruction set; static, so that no symbol is shared.
#ifndef FASTTRAIN_VECTOR_MATH_H
#define FASTTRAIN_VECTOR_MATH_H

typedef float ft_float16 __attribute__((vector_size(64), aligned(4), may_alias));

/// √x of the sixteen numbers at `x`, correctly rounded (IEEE 754), in place.
__attribute__((always_inline)) static inline void ft_square_root(void *x) {
    *(ft_float16 *)x = __builtin_elementwise_sqrt(*(const ft_float16 *)x);
}

#endif
