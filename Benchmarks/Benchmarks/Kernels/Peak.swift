import Benchmark
import BenchmarkSupport
import KernelTypes

/// Declares the arithmetic peak, to compare the rates of the products with.
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
    /// Returns the precisions to measure: bf16 only where the CPU has instructions for it.
    static func measured(_ kernels: KernelTable) -> [KernelPrecision] {
        kernels.instructionSet.hasBF16 ? [.f32, .bf16] : [.f32]
    }

    /// The end of a benchmark's name.
    var suffix: String { self == .f32 ? "" : ", bf16" }

    /// Returns the number of elements of a matrix that hold `count` numbers along the direction of summation.
    func places(_ count: Int) -> Int { self == .f32 ? count : (count + 1) / 2 }
}
