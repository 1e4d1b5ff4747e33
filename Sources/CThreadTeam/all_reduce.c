#include "CThreadTeam.h"

// Elementwise additions have the same bits at any vector width, so the compiler may use the widest the CPU has.
__attribute__((target_clones("avx512f", "avx2", "default")))
static void add(float *restrict sum, const float *restrict other, size_t count) {
    for (size_t i = 0; i < count; i++) sum[i] += other[i];
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void copy(float *restrict to, const float *restrict from, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] = from[i];
}

void ft_all_reduce_slice(float *sum, float *const *sources, int shards, size_t count) {
    for (int distance = 1; distance < shards; distance *= 2) {
        for (int shard = 0; shard + distance < shards; shard += 2 * distance) {
            add(sources[shard], sources[shard + distance], count);
        }
    }
    if (sum != sources[0]) copy(sum, sources[0], count);
}
