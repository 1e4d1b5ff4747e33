import Benchmark

/// What one call gets done, from which its rate follows: rates can be held against the peak and between machines.
public enum Work: Sendable {
    /// Floating-point operations, two for each multiply-add.
    case operations(Int)
    /// Bytes read and written.
    case bytes(Int)
    /// Rows of a minibatch.
    case rows(Int)
}

extension BenchmarkMetric {
    /// Billions of floating-point operations a second.
    public static let gflops = custom("GFLOP/s", polarity: .prefersLarger, useScalingFactor: false)
    /// Billions of bytes a second.
    public static let gigabytes = custom("GB/s", polarity: .prefersLarger, useScalingFactor: false)
    /// Rows a second.
    public static let rows = custom("rows/s", polarity: .prefersLarger, useScalingFactor: false)
}

extension Work {
    /// The metric that `rate` is given in.
    public var metric: BenchmarkMetric {
        switch self {
        case .operations: .gflops
        case .bytes: .gigabytes
        case .rows: .rows
        }
    }

    /// The rate of `calls` calls in a row, in whole units of `metric`.
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
