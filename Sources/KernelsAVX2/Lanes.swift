/// AVX2: 16 registers of 256 bits. A tile of 6 × 16 takes 12 of them, the weights 2, the broadcast input 1 or 2.
typealias Lanes = SIMD8<Float>

typealias ProductTile = Rows6
typealias GradientTile = Rows6

/// Depth of a slice of weights: 256 × 16 floats are 16 KiB, half of the first-level cache.
@inline(__always) var depthBlock: Int { 128 }
