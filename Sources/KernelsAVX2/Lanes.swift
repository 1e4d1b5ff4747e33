/// AVX2: 16 registers of 256 bits. A tile of 6 × 16 takes 12 of them, the weights 2, the broadcast input 1 or 2.
typealias Lanes = SIMD8<Float>

@inline(__always) var movesByLanes: Bool { false }

typealias ProductTile<F: Factors> = Rows6<F>
typealias GradientTile<F: Factors> = Rows6<F>

/// Depth of a slice of weights: 128 × 16 floats are 8 KiB of the 32 KiB of first-level cache, which a neighbour may share.
///
/// Against 256 on Zen 3: 3 to 5% more samples a second on `mnist-wide`, 4 to 12% on `mnist-deep` (three pairs of runs).
@inline(__always) var depthBlock: Int { 128 }
