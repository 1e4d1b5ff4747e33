import Benchmark

/// Declares a benchmark of one call, which measures its time and its rate.
///
/// `prepare` makes the data before the clock starts and returns the call. A sample is one call, or the mean of a
/// thousand if the time to read the clock would matter.
public func declare(
    _ name: String, _ work: Work, isShort: Bool = false, prepare: @escaping () throws -> () -> Void
) {
    Benchmark(
        name,
        configuration: .init(
            metrics: [.wallClock, work.metric], units: [work.metric: .count], warmupIterations: 1,
            scalingFactor: isShort ? .kilo : .one, maxDuration: .milliseconds(200)),
        closure: { (benchmark: Benchmark, call: () -> Void) in
            let begin = ContinuousClock.now
            for _ in benchmark.scaledIterations { call() }
            let duration = ContinuousClock.now - begin
            benchmark.measurement(work.metric, work.rate(calls: benchmark.scaledIterations.count, in: duration))
        },
        setup: prepare)
}
