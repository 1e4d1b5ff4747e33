import BenchmarkSupport

/// Whole steps, on one thread and on all usable CPUs: `Training.train` itself, on the built-in sample.
let benchmarks: @Sendable () -> Void = {
    for workload in ["mnist-small", "mnist-medium"] {
        for threads in Set([1, usableThreads]).sorted() { declareStep(workload, threads: threads) }
    }
}
