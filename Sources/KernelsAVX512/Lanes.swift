import KernelTypes

#if HAS_TILES
    /// The instruction set that this module is compiled for.
    @inline(__always) var compiledInstructionSet: InstructionSet { .avx512AMX }
#elseif HAS_BF16
    /// The instruction set that this module is compiled for.
    @inline(__always) var compiledInstructionSet: InstructionSet { .avx512BF16 }
#else
    /// The instruction set that this module is compiled for.
    @inline(__always) var compiledInstructionSet: InstructionSet { .avx512 }
#endif

/// A vector of AVX-512, which has 32 registers of 512 bits. A tile of 8 × 32 takes 16 of them, the weights of a step 2,
/// and the broadcast input 1.
typealias Lanes = SIMD16<Float>

/// Whether vectors are loaded and stored lane by lane.
@inline(__always) var movesByLanes: Bool { false }

/// The tile of a dense product.
///
/// A tile of 14 rows would take all registers, and LLVM spills four steps of it: 64 to 72% of the peak on Emerald
/// Rapids, where 8 rows reach 97% (64 × 512 × 512), and so do 12.
typealias ProductTile<F: Factors> = Rows8<F>
/// The tile of a dense weight gradient. Panels of inputs are 32 wide, so four tiles fill one.
typealias GradientTile<F: Factors> = Rows8<F>
/// The largest tile of products in the order of `KernelPrecision.bf16Tiles`: 4 × 32 elements have 16 vectors of chains.
typealias LargestBlockTile = BlockRows4

/// The depth of a slice of weights: 256 × 32 floats are 32 KiB of the 32 to 48 KiB of first-level cache.
///
/// On Emerald Rapids, 128 and 512 are 1% slower (256 × 2048 × 2048 and 500 × 2500 × 2000, minimum of eight runs).
@inline(__always) var depthBlock: Int { 256 }
