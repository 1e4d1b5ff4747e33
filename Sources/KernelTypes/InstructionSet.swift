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

    /// AVX-512 with bfloat16 and AMX, which multiplies tiles of bfloat16 numbers: Intel servers from 2023.
    case avx512AMX = "avx512-amx"

    /// Whether products of bfloat16 numbers are instructions. Elsewhere, fused multiply-adds give the same bits.
    public var hasBF16: Bool { self == .avx512BF16 || hasTiles }
    /// Whether products of tiles of bfloat16 numbers are instructions.
    public var hasTiles: Bool { self == .avx512AMX }
}
