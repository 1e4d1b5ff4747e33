#include "CThreadTeam.h"

// Elementwise additions give the same bits at any vector width, so the widest version that the CPU supports is used. It
// is chosen while the program is loaded, before ThreadSanitizer is initialized.
#if !__has_feature(thread_sanitizer)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
static void add(float *restrict sum, const float *restrict other, size_t count) {
    for (size_t i = 0; i < count; i++) sum[i] += other[i];
}

void ft_all_reduce_slice(float *const *gradients, int shards, size_t count) {
    for (int distance = 1; distance < shards; distance *= 2) {
        for (int shard = 0; shard + distance < shards; shard += 2 * distance) {
            add(gradients[shard], gradients[shard + distance], count);
        }
    }
}
