#include "CPlatform.h"

#include <sys/syscall.h>
#include <unistd.h>

bool ft_cpu_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v3");
}

bool ft_cpu_has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v4");
}

bool ft_cpu_has_avx512_bf16(void) { return ft_cpu_has_avx512() && __builtin_cpu_supports("avx512bf16"); }

// From Linux's asm/prctl.h and the processor's list of state components.
enum { ARCH_REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };

bool ft_cpu_has_avx512_amx(void) {
    if (!ft_cpu_has_avx512_bf16() || !__builtin_cpu_supports("amx-tile") || !__builtin_cpu_supports("amx-bf16")) {
        return false;
    }
    return syscall(SYS_arch_prctl, ARCH_REQUEST_PERMISSION, TILE_DATA) == 0;
}

enum { FLUSH_TO_ZERO = 1 << 15, DENORMALS_ARE_ZERO = 1 << 6 };

// Functions of their own rather than inline ones, so that the compiler moves no arithmetic across them.
ft_arithmetic_state ft_restore_arithmetic(ft_arithmetic_state state) {
    ft_arithmetic_state before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(state);
    return before;
}

ft_arithmetic_state ft_flush_subnormals(void) {
    return ft_restore_arithmetic(__builtin_ia32_stmxcsr() | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
}
