import Benchmark
import BenchmarkSupport
import KernelDispatch

/// What the products' rates are to be held against.
func declarePeak(_ kernels: KernelTable) {
    let rounds = 2_000
    declare("peak: multiply-adds in registers", .operations(2 * rounds * 32 * 16)) {
        { Benchmark.blackHole(kernels.multiplyAddRounds(rounds)) }
    }
}
