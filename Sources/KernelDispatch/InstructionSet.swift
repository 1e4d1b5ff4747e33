import CCPUFeatures

/// The instruction sets that the kernels are built for, least first.
public enum InstructionSet: String, Sendable, CaseIterable {
    /// Every x86-64 CPU; slow, the reference.
    case scalar
    /// AVX2 and FMA (x86-64-v3): Intel from 2013, AMD from 2015 on.
    case avx2
    /// AVX-512 F, BW, CD, DQ, VL (x86-64-v4): Intel servers from 2017, AMD from Zen 4 on.
    case avx512
    /// AVX-512 with products of bfloat16 numbers: Intel servers from 2020, AMD from Zen 4 on.
    case avx512BF16 = "avx512-bf16"

    /// Whether this CPU, and the operating system's saving of its registers, has it.
    public var isSupported: Bool {
        switch self {
        case .scalar: true
        case .avx2: ft_cpu_has_avx2()
        case .avx512: ft_cpu_has_avx512()
        case .avx512BF16: ft_cpu_has_avx512_bf16()
        }
    }

    /// Whether its products of bfloat16 numbers are instructions; elsewhere two multiply-adds do the same.
    public var hasBF16: Bool { self == .avx512BF16 }

    /// The best that this CPU has.
    public static var best: InstructionSet { allCases.last(where: \.isSupported) ?? .scalar }
}
