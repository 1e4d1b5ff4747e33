/// AVX-512: 32 registers of 512 bits. A tile of 14 × 32 takes 28 of them, the weights 2, the broadcast input none
/// (it is an operand in memory).
typealias Lanes = SIMD16<Float>

typealias ProductTile = Rows8
/// Panels of inputs are 32 wide: four tiles of 8 fill one, two of 14 would leave a rest of 4.
typealias GradientTile = Rows8

/// Depth of a slice of weights: 128 × 32 floats are 16 KiB of the 32 to 48 KiB of first-level cache. Chosen by the
/// measurement for AVX2; not yet measured on a CPU with AVX-512.
@inline(__always) var depthBlock: Int { 256 }
