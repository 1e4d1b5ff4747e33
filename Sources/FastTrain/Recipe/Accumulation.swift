import KernelDispatch
import KernelTypes

/// The order in which the products of bfloat16 numbers are added. Each order has instructions of its own, and gives other
/// bits than the other order. All CPUs compute both orders to the same bits, those without the instructions more slowly.
public enum Accumulation: String, Sendable, CaseIterable {
    /// One chain for each sum, which takes two products at a time: the order of AVX512_BF16.
    case pairs
    /// Blocks of 32 places along the sum. A block has a chain over the even places and one over the odd places; their sum is
    /// then added to that of the earlier blocks. This is the order of AMX.
    case tiles

    /// Returns the order for a new run whose recipe names none: that of this CPU's fastest instructions for bfloat16. `nil`
    /// in single precision, which has one order.
    package static func standard(for precision: Precision) -> Accumulation? {
        guard precision == .bf16 else { return nil }
        return InstructionSet.best.hasTiles ? .tiles : .pairs
    }
}

extension Recipe {
    /// The precision and the order of products, among the kernels.
    var kernelPrecision: KernelPrecision {
        switch (precision, accumulation) {
        case (.f32, _): .f32
        case (.bf16, .tiles): .bf16Tiles
        case (.bf16, _): .bf16
        }
    }
}
