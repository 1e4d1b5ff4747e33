/// Everything that depends on the processor or the operating system, for x86-64 and Linux. docs/PORTING.md tells what
/// another platform has to provide. Compiled without any instruction-set flag.
#ifndef FASTTRAIN_PLATFORM_H
#define FASTTRAIN_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The processor

/// Returns whether the CPU has all of x86-64-v3, which the AVX2 kernels are compiled for.
bool ft_cpu_has_avx2(void);

/// Returns whether the CPU has all of x86-64-v4, which the AVX-512 kernels are compiled for.
bool ft_cpu_has_avx512(void);

/// Returns whether the CPU has all of x86-64-v4 and AVX512_BF16.
bool ft_cpu_has_avx512_bf16(void);

/// Returns whether the CPU has all of that, AMX's tiles and their products of bfloat16 numbers, and the operating system
/// permits this process to use tiles. Asks it for the permission, which all threads that start later have too.
bool ft_cpu_has_avx512_amx(void);

/// Tells the CPU that the calling thread spins, for 40 to 140 cycles on the CPUs that we know.
static inline void ft_spin_pause(void) { __builtin_ia32_pause(); }

/// Returns the CPU's time stamp counter. Its rate is constant on every CPU that we know.
static inline uint64_t ft_ticks(void) { return __builtin_ia32_rdtsc(); }

/// The floating-point control and status of a thread: MXCSR.
typedef uint32_t ft_arithmetic_state;

/// Makes subnormal operands and results of floating-point arithmetic zero on the calling thread (FTZ and DAZ). Returns
/// its state before, for `ft_restore_arithmetic`.
///
/// The momentum of a weight whose gradient is always zero decays to numbers below 1.2e-38 and stays there. On Intel's
/// CPUs, each of them makes its vector take 70 cycles or more (`mnist-small`: an update takes 78 µs instead of 13).
ft_arithmetic_state ft_flush_subnormals(void);

/// Sets the floating-point control and status of the calling thread. Returns its state before.
ft_arithmetic_state ft_restore_arithmetic(ft_arithmetic_state state);

// The operating system

/// Returns the number of CPUs in the affinity mask of the calling thread, or 0 if it cannot be read.
int ft_affinity_cpus(void);

/// Returns a number that tells the calling thread from all others that are running.
uintptr_t ft_thread_number(void);

/// Sleeps until `ft_wake_all` is called for `address`, unless the value there is not `value`. It may return earlier.
void ft_wait_while_equal(const void *address, uint32_t value);

/// Wakes all threads of the process that sleep in `ft_wait_while_equal` for `address`.
void ft_wake_all(const void *address);

/// Waits until everything written to a file is on its storage device. Returns 0, or −1 and sets errno.
int ft_synchronize_file(int descriptor);

/// Opens a file that lies in memory, has no name and ends with its descriptor. Returns the descriptor, or −1 and sets
/// errno.
int ft_open_memory_file(void);

/// Asks for pages of 2 MiB for memory that is aligned to that size.
void ft_prefer_huge_pages(void *memory, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
