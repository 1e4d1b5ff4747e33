import KernelTypes

/// Applies the activation in place; `count` is a multiple of 16. The tile that was just stored is still in cache.
///
/// ReLU and leaky ReLU leave the sign bit set exactly where z < 0 (ReLU as −0, which adds like 0), so that the
/// derivative at z = 0, which is 1, can be told from the output alone. NaN stays NaN.
func activate(_ values: UnsafeMutablePointer<Float>, count: Int, _ activation: Activation, slope: Float) {
    switch activation {
    case .identity: break
    case .relu: map(values, count: count) { z in (z + 0).replacing(with: -0.0, where: z .< 0) }
    case .leakyRelu: map(values, count: count) { z in (z + 0).replacing(with: negative(slope * z), where: z .< 0) }
    case .sigmoid: map(values, count: count, logistic)
    case .tanh: map(values, count: count, hyperbolicTangent)
    }
}

/// Multiplies `gradient` in place by the derivative of the activation, told from the activation's `outputs`.
func multiplyByDerivative(
    _ gradient: UnsafeMutablePointer<Float>, at outputs: UnsafePointer<Float>, count: Int, _ activation: Activation,
    slope: Float
) {
    switch activation {
    case .identity: break
    case .relu: map(gradient, outputs, count: count) { g, y in g.replacing(with: 0, where: isNegative(y)) }
    case .leakyRelu: map(gradient, outputs, count: count) { g, y in g.replacing(with: g * slope, where: isNegative(y)) }
    case .sigmoid: map(gradient, outputs, count: count) { g, y in g * (y * (1 - y)) }
    case .tanh: map(gradient, outputs, count: count) { g, y in g * (Wide(repeating: 1).addingProduct(-y, y)) }
    }
}

/// The sign bit, also of −0.
@inline(__always) private func isNegative(_ x: Wide) -> SIMDMask<SIMD16<Int32>> {
    unsafeBitCast(x, to: SIMD16<Int32>.self) .< 0
}

/// Sets the sign bit: a slope of 0 or below gives z < 0 an output that would look like z ≥ 0.
@inline(__always) private func negative(_ x: Wide) -> Wide {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) | 0x8000_0000, to: Wide.self)
}

@inline(__always)
private func map(_ values: UnsafeMutablePointer<Float>, count: Int, _ function: (Wide) -> Wide) {
    for i in stride(from: 0, to: count, by: wideCount) {
        storeWide(function(loadWide(values + i)), to: values + i)
    }
}

@inline(__always)
private func map(
    _ values: UnsafeMutablePointer<Float>, _ others: UnsafePointer<Float>, count: Int,
    _ function: (Wide, Wide) -> Wide
) {
    for i in stride(from: 0, to: count, by: wideCount) {
        storeWide(function(loadWide(values + i), loadWide(others + i)), to: values + i)
    }
}
