import BenchmarkSupport

/// Benchmarks of the barrier, on as many threads as there are usable CPUs, and of the all-reduce.
let benchmarks: @Sendable () -> Void = {
    declareBarrier(threads: usableThreads)
    for shards in [2, 8] {
        declareAllReduce("one block", shards: shards, count: 128 * 32)
        declareAllReduce("mnist-medium", shards: shards, count: 669_696)
    }
}
