/// What the factors of matrix products are rounded to. Sums, parameters and the optimizer's memory are single-precision
/// numbers in any case.
public enum Precision: String, Sendable, CaseIterable {
    /// Single-precision numbers, as they are.
    case f32
    /// bfloat16: 8 significant bits, the range of single precision. Training takes a CPU with AVX512_BF16, which AMD's
    /// have from Zen 4 on; Intel's Emerald Rapids does single precision faster.
    case bf16
}
