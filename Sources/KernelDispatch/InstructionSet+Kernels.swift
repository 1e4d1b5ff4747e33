import CPlatform
import KernelTypes
import KernelsScalar

#if AVX2
    import KernelsAVX2
#endif
#if AVX512
    import KernelsAVX512
    import KernelsAVX512AMX
    import KernelsAVX512BF16
#endif

extension InstructionSet {
    /// The kernels compiled for this instruction set. Calling them on a CPU without it ends the program.
    ///
    /// - Precondition: The package was built with the instruction set's trait.
    public var kernels: KernelTable {
        guard let compiled else { preconditionFailure("built without the kernels for \(rawValue)") }
        return compiled
    }

    /// The kernels compiled for this instruction set; `nil` if the package was built without them.
    private var compiled: KernelTable? {
        switch self {
        case .scalar: return KernelsScalar.Kernels.self
        case .avx2:
            #if AVX2
                return KernelsAVX2.Kernels.self
            #else
                return nil
            #endif
        case .avx512:
            #if AVX512
                return KernelsAVX512.Kernels.self
            #else
                return nil
            #endif
        case .avx512BF16:
            #if AVX512
                return KernelsAVX512BF16.Kernels.self
            #else
                return nil
            #endif
        case .avx512AMX:
            #if AVX512
                return KernelsAVX512AMX.Kernels.self
            #else
                return nil
            #endif
        }
    }

    /// Whether the kernels were compiled, the CPU has this instruction set and the operating system saves its registers.
    public var isSupported: Bool { compiled != nil && cpuHasIt }

    private var cpuHasIt: Bool {
        switch self {
        case .scalar: true
        case .avx2: ft_cpu_has_avx2()
        case .avx512: ft_cpu_has_avx512()
        case .avx512BF16: ft_cpu_has_avx512_bf16()
        case .avx512AMX: ft_cpu_has_avx512_amx()
        }
    }

    /// The largest instruction set that the CPU has.
    public static var best: InstructionSet { allCases.last(where: \.isSupported) ?? .scalar }
}
