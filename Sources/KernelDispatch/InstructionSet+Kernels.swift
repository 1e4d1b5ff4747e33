import CCPUFeatures
import KernelTypes
import KernelsAVX2
import KernelsAVX512
import KernelsAVX512BF16
import KernelsScalar

extension InstructionSet {
    /// The kernels compiled for this instruction set. Calling them on a CPU without it ends the program.
    public var kernels: KernelTable {
        switch self {
        case .scalar: KernelsScalar.Kernels.self
        case .avx2: KernelsAVX2.Kernels.self
        case .avx512: KernelsAVX512.Kernels.self
        case .avx512BF16: KernelsAVX512BF16.Kernels.self
        }
    }

    /// Whether the CPU has this instruction set and the operating system saves its registers.
    public var isSupported: Bool {
        switch self {
        case .scalar: true
        case .avx2: ft_cpu_has_avx2()
        case .avx512: ft_cpu_has_avx512()
        case .avx512BF16: ft_cpu_has_avx512_bf16()
        }
    }

    /// The largest instruction set that the CPU has.
    public static var best: InstructionSet { allCases.last(where: \.isSupported) ?? .scalar }
}
