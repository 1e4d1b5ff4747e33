/// The reference: runs on every x86-64 CPU. It has no fused multiply-add, so each one is a call of libm's `fmaf`,
/// which is exact by definition; the widths only have to divide the 16 lanes of the numeric contract.
typealias Lanes = SIMD8<Float>

typealias ProductTile<F: Factors> = Rows2<F>
typealias GradientTile<F: Factors> = Rows2<F>

@inline(__always) var depthBlock: Int { 256 }
