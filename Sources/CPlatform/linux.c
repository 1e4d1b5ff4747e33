#define _GNU_SOURCE  // sched_getaffinity
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPlatform.h"

int ft_affinity_cpus(void) {
    cpu_set_t cpus;
    return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 0;
}

uintptr_t ft_thread_number(void) {
    static _Thread_local char own;
    return (uintptr_t)&own;
}

void ft_wait_while_equal(const void *address, uint32_t value) {
    syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void ft_wake_all(const void *address) { syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

int ft_synchronize_file(int descriptor) { return fsync(descriptor); }

void ft_prefer_huge_pages(void *memory, size_t bytes) { madvise(memory, bytes, MADV_HUGEPAGE); }

int ft_open_memory_file(void) { return memfd_create("fasttrain", MFD_CLOEXEC); }
