import Benchmark
import BenchmarkSupport
import KernelTypes

/// What the products' rates are to be held against.
func declarePeak(_ kernels: KernelTable) {
    let rounds = 2_000
    for precision in KernelPrecision.measured(kernels) {
        let operations = (precision == .f32 ? 2 : 4) * rounds * 32 * 16
        declare("peak: multiply-adds in registers\(precision.suffix)", .operations(operations)) {
            { Benchmark.blackHole(kernels.multiplyAddRounds(rounds, precision)) }
        }
    }
}

extension KernelPrecision {
    /// bf16 only where there are instructions for it.
    static func measured(_ kernels: KernelTable) -> [KernelPrecision] {
        kernels.instructionSet.hasBF16 ? [.f32, .bf16] : [.f32]
    }

    /// Of a benchmark's name.
    var suffix: String { self == .f32 ? "" : ", bf16" }

    /// How many of `count` neighbours along a sum's numbers a matrix holds.
    func places(_ count: Int) -> Int { self == .f32 ? count : (count + 1) / 2 }
}
