/// The reference: runs on every x86-64 CPU. It has no fused multiply-add, so each one is a call of libm's `fmaf`,
/// which is exact by definition; the widths only have to divide the 16 lanes of the numeric contract.
typealias Lanes = SIMD8<Float>

/// ThreadSanitizer sees accesses of up to 16 bytes, and no wider ones: here vectors are moved by their lanes.
@inline(__always) var movesByLanes: Bool { true }

typealias ProductTile<F: Factors> = Rows2<F>
typealias GradientTile<F: Factors> = Rows2<F>

@inline(__always) var depthBlock: Int { 256 }
