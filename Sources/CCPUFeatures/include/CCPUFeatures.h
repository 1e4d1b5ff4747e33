/// The features of the CPU, from CPUID and XGETBV. Compiled without any instruction-set flag.
#ifndef FASTTRAIN_CPU_FEATURES_H
#define FASTTRAIN_CPU_FEATURES_H

#include <stdbool.h>

/// Returns whether the CPU has all of x86-64-v3, which the AVX2 kernels are compiled for.
bool ft_cpu_has_avx2(void);

/// Returns whether the CPU has all of x86-64-v4, which the AVX-512 kernels are compiled for.
bool ft_cpu_has_avx512(void);

/// Returns whether the CPU has all of x86-64-v4 and AVX512_BF16.
bool ft_cpu_has_avx512_bf16(void);

#endif
