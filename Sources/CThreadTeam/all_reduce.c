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
            if (gradients[shard + distance] != NULL) add(gradients[shard], gradients[shard + distance], count);
        }
    }
}

void ft_reduce_own_shards(float *const *gradients, int first, int end, int shards, size_t count) {
    for (int distance = 1; distance < shards; distance *= 2) {
        int pair = 2 * distance;
        for (int shard = (first + pair - 1) / pair * pair; shard + distance < shards; shard += pair) {
            bool is_whole = (shard + pair < shards ? shard + pair : shards) <= end;
            if (!is_whole) break;
            add(gradients[shard - first], gradients[shard - first + distance], count);
        }
    }
}
