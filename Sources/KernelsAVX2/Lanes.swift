import KernelTypes

/// The instruction set that this module is compiled for.
@inline(__always) var compiledInstructionSet: InstructionSet { .avx2 }

/// A vector of AVX2, which has 16 registers of 256 bits. A tile of 6 × 16 takes 12 of them, the weights 2, and the
/// broadcast input 1 or 2.
typealias Lanes = SIMD8<Float>

/// Whether vectors are loaded and stored lane by lane.
@inline(__always) var movesByLanes: Bool { false }

/// The tile of a dense product.
typealias ProductTile<F: Factors> = Rows6<F>
/// The tile of a dense weight gradient.
typealias GradientTile<F: Factors> = Rows6<F>
/// The largest tile of products in the order of `KernelPrecision.bf16Tiles`: 2 × 16 elements have 8 vectors of chains.
///
/// On Zen 3, a tile of 128 pairs in first-level cache: 55 GFLOP/s, with one row 45, with three 48 and with four 46. Six
/// rows in the order of pairs reach 45. (A core whose other thread is busy, best of 360.)
typealias LargestBlockTile = BlockRows2

/// The depth of a slice of weights: 128 × 16 floats are 8 KiB of the 32 KiB of first-level cache, which a neighbour may
/// share.
///
/// Compared with 256, on Zen 3: 3 to 5% more samples/s on `mnist-wide`, 4 to 12% on `mnist-deep` (three pairs of runs).
@inline(__always) var depthBlock: Int { 128 }
