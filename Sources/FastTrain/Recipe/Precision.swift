/// The precision that the factors of matrix products are rounded to. Sums, parameters and the optimizer's memories are
/// single-precision numbers in either case.
public enum Precision: String, Sendable, CaseIterable {
    /// Single precision: factors are not rounded.
    case f32
    /// bfloat16: 8 significant bits and the range of single precision. Training requires a CPU with AVX512_BF16, which AMD's
    /// have from Zen 4 on; Intel's Emerald Rapids is faster in single precision.
    case bf16

    /// The settings that this precision reads and the other ignores.
    package var settings: Set<PartialKeyPath<Recipe>> { self == .bf16 ? [\.accumulation] : [] }
}
