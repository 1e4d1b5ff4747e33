import Benchmark

/// The work done by one call, from which its rate follows. Rates can be compared with the peak and between machines.
public enum Work: Sendable {
    /// Floating-point operations; a multiply-add counts as two.
    case operations(Int)
    /// Bytes read and written.
    case bytes(Int)
    /// Rows of a minibatch.
    case rows(Int)
}

extension BenchmarkMetric {
    /// Billions of floating-point operations per second.
    public static let gflops = custom("GFLOP/s", polarity: .prefersLarger, useScalingFactor: false)
    /// Billions of bytes per second.
    public static let gigabytes = custom("GB/s", polarity: .prefersLarger, useScalingFactor: false)
    /// Rows per second.
    public static let rows = custom("rows/s", polarity: .prefersLarger, useScalingFactor: false)
}

extension Work {
    /// The benchmark metric in which `rate` is reported.
    public var metric: BenchmarkMetric {
        switch self {
        case .operations: .gflops
        case .bytes: .gigabytes
        case .rows: .rows
        }
    }

    /// Returns the rate of `calls` consecutive calls, in whole units of `metric`.
    public func rate(calls: Int, in duration: Duration) -> Int {
        let nanoseconds = Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) * 1e-9
        let perNanosecond =
            switch self {
            case .operations(let count), .bytes(let count): Double(count * calls) / nanoseconds
            case .rows(let count): Double(count * calls) / nanoseconds * 1e9
            }
        return Int(perNanosecond.rounded())
    }
}
