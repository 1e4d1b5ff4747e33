/// An instruction set that the kernels are compiled for, from the smallest to the largest.
public enum InstructionSet: String, Sendable, CaseIterable {
    /// Plain x86-64, which every CPU has. Slow: it is the reference for the others.
    case scalar
    /// AVX2 and FMA (x86-64-v3): Intel from 2013, AMD from 2015.
    case avx2
    /// AVX-512 F, BW, CD, DQ and VL (x86-64-v4): Intel servers from 2017, AMD from Zen 4.
    case avx512
    /// AVX-512 with products of bfloat16 numbers: Intel servers from 2020, AMD from Zen 4.
    case avx512BF16 = "avx512-bf16"

    /// Whether products of bfloat16 numbers are instructions. Elsewhere, two fused multiply-adds give the same bits.
    public var hasBF16: Bool { self == .avx512BF16 }
}
