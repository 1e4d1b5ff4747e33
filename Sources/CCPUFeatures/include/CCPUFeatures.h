/// What the CPU can do, from CPUID and XGETBV. Compiled without any instruction-set flag.
#ifndef FASTTRAIN_CPU_FEATURES_H
#define FASTTRAIN_CPU_FEATURES_H

#include <stdbool.h>

/// All of x86-64-v3 that the AVX2 kernels may be compiled to.
bool ft_cpu_has_avx2(void);

/// All of x86-64-v4 that the AVX-512 kernels may be compiled to.
bool ft_cpu_has_avx512(void);

/// The same, and AVX512_BF16.
bool ft_cpu_has_avx512_bf16(void);

#endif
