/// AVX-512: 32 registers of 512 bits. A tile of 8 × 32 takes 16 of them, the weights of a step 2, the broadcast input 1.
typealias Lanes = SIMD16<Float>

@inline(__always) var movesByLanes: Bool { false }

/// 14 rows would take all registers, and LLVM spills four steps of them: 64 to 72% of the peak on Emerald Rapids, where
/// 8 rows come to 97% (64 × 512 × 512), as 12 do.
typealias ProductTile<F: Factors> = Rows8<F>
/// Panels of inputs are 32 wide: four tiles of 8 fill one.
typealias GradientTile<F: Factors> = Rows8<F>

/// Depth of a slice of weights: 256 × 32 floats are 32 KiB of the 32 to 48 KiB of first-level cache. On Emerald Rapids 128
/// and 512 are 1% slower (256 × 2048 × 2048 and 500 × 2500 × 2000, the least of eight runs).
@inline(__always) var depthBlock: Int { 256 }
