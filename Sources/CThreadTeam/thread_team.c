#define _GNU_SOURCE  // sched_getaffinity
#include "CThreadTeam.h"

#include <sched.h>
#include <stdatomic.h>

// From omp.h, which lies outside the toolchain's include path.
extern void omp_set_dynamic(int dynamic);
extern int omp_get_num_threads(void);
extern int omp_get_thread_num(void);
extern void kmp_set_blocktime(int milliseconds);

// Spins of a waiting member before it yields its CPU. A spin is a `pause`, 40 to 140 cycles on the CPUs we know, so
// this waits some tens of microseconds: longer than the imbalance of a step, shorter than a scheduler's slice.
enum { SPINS_BEFORE_YIELD = 1000, CACHE_LINE = 128 };

struct ft_team {
    int size;
    int spins;
    _Alignas(CACHE_LINE) atomic_int arrived;
    _Alignas(CACHE_LINE) atomic_uint generation;
    atomic_bool failed;
};

int ft_team_size(const ft_team *team) { return team->size; }

bool ft_team_barrier(ft_team *team) {
    unsigned generation = atomic_load_explicit(&team->generation, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->size - 1) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->generation, generation + 1, memory_order_release);
    } else {
        int spins = team->spins;
        while (atomic_load_explicit(&team->generation, memory_order_acquire) == generation) {
            if (atomic_load_explicit(&team->failed, memory_order_relaxed)) return false;
            if (spins > 0) {
                spins -= 1;
                __builtin_ia32_pause();
            } else {
                sched_yield();
            }
        }
    }
    return !atomic_load_explicit(&team->failed, memory_order_acquire);
}

int ft_affinity_cpus(void) {
    cpu_set_t cpus;
    return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 0;
}

// With more members than CPUs a spinning member holds up the one that it waits for.
static int spins_for(int threads) {
    int cpus = ft_affinity_cpus();
    return cpus > 0 && threads > cpus ? 0 : SPINS_BEFORE_YIELD;
}

int ft_team_run(int threads, ft_team_body body, void *context) {
    ft_team team = {.size = threads, .spins = spins_for(threads)};
    int first_error = 0;
    int first_rank = threads;
    omp_set_dynamic(0);    // exactly as many threads as asked for
    kmp_set_blocktime(0);  // idle threads sleep as soon as the region ends
#pragma omp parallel num_threads(threads) default(shared)
    {
        int rank = omp_get_thread_num();
        int error = FT_TEAM_NO_THREADS;
        if (omp_get_num_threads() == threads) error = body(context, &team, rank);
        if (error != 0) {
            atomic_store_explicit(&team.failed, true, memory_order_release);
#pragma omp critical(ft_team_error)
            if (rank < first_rank) {
                first_rank = rank;
                first_error = error;
            }
        }
    }
    return first_error;
}
