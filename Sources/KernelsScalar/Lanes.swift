import KernelTypes

/// The instruction set that this module is compiled for.
@inline(__always) var compiledInstructionSet: InstructionSet { .scalar }

/// A vector of the reference kernels, which run on every x86-64 CPU.
///
/// Plain x86-64 has no fused multiply-add, so each one is a call of libm's `fmaf`, which is exact by definition. The
/// width only has to divide the 16 lanes of the numeric contract.
typealias Lanes = SIMD8<Float>

/// Whether vectors are loaded and stored lane by lane: ThreadSanitizer sees accesses of up to 16 bytes, and no wider
/// ones.
@inline(__always) var movesByLanes: Bool { true }

/// The tile of a dense product.
typealias ProductTile<F: Factors> = Rows2<F>
/// The tile of a dense weight gradient.
typealias GradientTile<F: Factors> = Rows2<F>
/// The largest tile of products in the order of `KernelPrecision.bf16Tiles`.
typealias LargestBlockTile = BlockRows2

/// The depth of a slice of weights.
@inline(__always) var depthBlock: Int { 256 }
