#include "CPlatform.h"

bool ft_cpu_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v3");
}

bool ft_cpu_has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v4");
}

bool ft_cpu_has_avx512_bf16(void) { return ft_cpu_has_avx512() && __builtin_cpu_supports("avx512bf16"); }
