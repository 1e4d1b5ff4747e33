import BenchmarkSupport
import CThreadTeam

/// Declares the all-reduce of one thread's slice: a block in cache, as in the engine, or a whole gradient.
func declareAllReduce(_ name: String, shards: Int, count: Int) {
    declare("all-reduce: \(name), \(shards) shards of \(count) floats", .bytes(shards * count * 4)) {
        // Zeros, because the gradients keep their sums from call to call.
        let gradients = (0..<shards).map { _ in Memory<Float>(count: count) { _ in 0 } }
        let sources: [UnsafeMutablePointer<Float>?] = gradients.map(\.base)
        return {
            ft_all_reduce_slice(sources, Int32(shards), count)
            extendLifetime(gradients)
        }
    }
}
