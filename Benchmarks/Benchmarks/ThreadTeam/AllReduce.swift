import BenchmarkSupport
import CThreadTeam

/// One thread's slice: a block that is in cache, as the engine calls it, or a whole gradient.
func declareAllReduce(_ name: String, shards: Int, count: Int) {
    declare("all-reduce: \(name), \(shards) shards of \(count) floats", .bytes(shards * count * 4)) {
        // Zeros, since the sources keep their sums from call to call.
        let gradients = (0..<shards).map { _ in Memory<Float>(count: count) { _ in 0 } }
        let sources: [UnsafeMutablePointer<Float>?] = gradients.map(\.base)
        return {
            ft_all_reduce_slice(sources, Int32(shards), count)
            extendLifetime(gradients)
        }
    }
}
