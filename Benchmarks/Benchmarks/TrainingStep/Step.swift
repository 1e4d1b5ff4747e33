import Benchmark
import BenchmarkSupport

/// A sample is one step: gather, forward, loss, backward, gradient, all-reduce and update; at the end of an epoch also
/// the shuffle.
func declareStep(_ workload: String, threads: Int) {
    Benchmark(
        "step: \(workload), \(threads) \(threads == 1 ? "thread" : "threads")",
        configuration: .init(
            metrics: [.wallClock, .rows, .gflops], units: [.rows: .count, .gflops: .count], warmupIterations: 0,
            maxDuration: .milliseconds(1500)),
        closure: { (benchmark: Benchmark, run: SampleRun) in
            let timer = StepTimer(benchmark, run)
            try run.train { timer.stepEnded() }
        },
        setup: { try SampleRun(workload: workload, threads: threads) })
}

/// Turns each step of a run into a sample once the caches are warm.
///
/// `@unchecked Sendable`: only the thread that called `train` calls it.
private final class StepTimer: @unchecked Sendable {
    private let benchmark: Benchmark
    private let run: SampleRun
    private let warmUp = 20
    private let timed = 200
    private var step = 0
    private var begin = ContinuousClock.now

    init(_ benchmark: Benchmark, _ run: SampleRun) {
        self.benchmark = benchmark
        self.run = run
    }

    /// Returns whether there are enough samples.
    func stepEnded() -> Bool {
        if step >= warmUp {
            benchmark.stopMeasurement()
            let duration = ContinuousClock.now - begin
            let rows = run.rows(ofStep: step)
            for work in [Work.rows(rows), .operations(rows * run.operationsPerRow)] {
                benchmark.measurement(work.metric, work.rate(calls: 1, in: duration))
            }
        }
        step += 1
        guard step < warmUp + timed else { return true }
        if step >= warmUp {
            benchmark.startMeasurement()
            begin = ContinuousClock.now
        }
        return false
    }
}
