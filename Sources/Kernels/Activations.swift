import KernelTypes

/// An activation whose derivative can be computed from its output.
///
/// To add an activation: a case in `KernelActivation`, an enum here, and a line in each of the two switches below. If
/// its derivative cannot be computed from its output, the enum conforms to `StoredDerivative` instead.
private protocol ActivationFunction {
    /// Returns the activation of z. Only leaky ReLU reads `slope`.
    static func value(_ z: Wide, slope: Wide) -> Wide
    /// Returns `gradient` times the derivative where the output was `y · unscale`. The factor undoes dropout's scaling;
    /// it does not matter where only the sign of the output is needed.
    static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide
}

// ReLU and leaky ReLU set the sign bit of the output exactly where z < 0, so the output determines the derivative,
// which is 1 at z = 0. ReLU's output for z < 0 is −0, which adds like 0. NaN stays NaN.

/// max(z, 0).
private enum ReLU: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide {
        (z + 0).replacing(with: -0.0, where: z .< 0)
    }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        select(.zero, whereSignOf: y, otherwise: gradient)
    }
}

/// z, or slope · z for z < 0.
private enum LeakyReLU: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide {
        // The sign is set explicitly: if the slope is 0, or on underflow, slope · z would look like z ≥ 0.
        (z + 0).replacing(with: negative(slope * z), where: z .< 0)
    }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        select(gradient * slope, whereSignOf: y, otherwise: gradient)
    }
}

/// The logistic function, 1 / (1 + e⁻ᶻ).
private enum Sigmoid: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide { logistic(z) }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        let y = y * unscale
        return gradient * (y * (1 - y))
    }
}

/// The hyperbolic tangent.
private enum Tanh: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide { hyperbolicTangent(z) }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        let y = y * unscale
        return gradient * (Wide(repeating: 1).addingProduct(-y, y))
    }
}

/// z, or eᶻ − 1 for z < 0: ELU with α = 1 (Clevert et al. 2016).
private enum ELU: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide {
        (z + 0).replacing(with: exponential(z) - 1, where: z .< 0)
    }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        let y = y * unscale
        return gradient.replacing(with: gradient * (y + 1), where: y .< 0)
    }
}

/// ln(1 + eᶻ).
private enum Softplus: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide { softplus(z) }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        // 1 − e^−y. For a small y its series is used, because the difference would lose precision.
        let y = y * unscale
        let small =
            y * Wide(repeating: 1).addingProduct(y, Wide(repeating: -0.5).addingProduct(y, Wide(repeating: 1 / 6.0)))
        return gradient * (1 - exponential(-y)).replacing(with: small, where: y .< 0.01)
    }
}

/// An activation whose derivative cannot be computed from its output, and is stored beside it.
private protocol StoredDerivative {
    /// Returns the activation of z and its derivative.
    static func valueAndDerivative(_ z: Wide) -> (value: Wide, derivative: Wide)
}

/// z Φ(z), where Φ is the normal distribution function (Hendrycks & Gimpel 2016).
private enum GELU: StoredDerivative {
    @inline(__always) static func valueAndDerivative(_ z: Wide) -> (value: Wide, derivative: Wide) {
        let (distribution, density) = normal(z)
        return (z * distribution, distribution.addingProduct(z, density))
    }
}

/// The approximation of GELU by tanh: z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))).
private enum GELUTanh: StoredDerivative {
    @inline(__always) static func valueAndDerivative(_ z: Wide) -> (value: Wide, derivative: Wide) {
        let scale = Wide(repeating: 0.797_884_56)
        // The hyperbolic tangent is ±1 beyond ±10, and the cube of a large number would be infinite.
        let bounded = z.replacing(with: 10, where: z .> 10).replacing(with: -10, where: z .< -10)
        let square = bounded * bounded
        let t = hyperbolicTangent(scale * bounded * (square * 0.044_715 + 1))
        let half = (t + 1) * 0.5
        let inner = scale * (square * 0.134_145 + 1)
        return (z * half, half.addingProduct(bounded * 0.5 * inner, 1 - t * t))
    }
}

/// z σ(z), also known as swish (Elfwing et al. 2017).
private enum SiLU: StoredDerivative {
    @inline(__always) static func valueAndDerivative(_ z: Wide) -> (value: Wide, derivative: Wide) {
        let s = logistic(z)
        return (z * s, s.addingProduct(z * s, 1 - s))
    }
}

/// z tanh(ln(1 + eᶻ)) (Misra 2019).
private enum Mish: StoredDerivative {
    @inline(__always) static func valueAndDerivative(_ z: Wide) -> (value: Wide, derivative: Wide) {
        // tanh ln(1 + e) = (e² + 2e) / (e² + 2e + 2), which is 1 for z ≥ 20.
        let e = exponential(z.replacing(with: 20, where: z .> 20))
        let part = e * (e + 2)
        let t = part / (part + 2)
        return (z * t, t.addingProduct(z * logistic(z), 1 - t * t))
    }
}

/// Applies the epilogue to rows of a panel that were just stored: the activation and dropout, or the derivatives of
/// both.
///
/// - Parameters:
///   - values: The first of the rows.
///   - panelStride: The distance between the panels of the matrix.
///   - panel: The index of the panel within the matrix.
///   - rows: The rows within the matrix.
@inline(__always)
func finish(
    _ values: UnsafeMutablePointer<Float>, _ epilogue: Epilogue, panelStride: Int, panel: Int, rows: Range<Int>
) {
    let activation = epilogue.activation
    let count = (rows.upperBound &- rows.lowerBound) &* panelWidth
    let place = panel * panelStride + rows.lowerBound * panelWidth
    if let derivativeAt = epilogue.derivativeAt {
        multiplyByDerivative(
            values, at: derivativeAt + place, count: count, activation, unscale: 1 / (epilogue.dropout?.scale ?? 1),
            slope: epilogue.slope)
    } else {
        activate(
            values, count: count, activation, slope: epilogue.slope,
            derivative: epilogue.storedDerivative.map { $0 + place })
    }
    guard let dropout = epilogue.dropout else { return }
    if activation != .relu {
        drop(values, dropout, panel: panel, rows: rows, dropped: 0)
    } else if epilogue.derivativeAt == nil {
        // Where ReLU's output is −0, its derivative is 0: backpropagation need not draw the random numbers again.
        drop(values, dropout, panel: panel, rows: rows, dropped: -0.0)
    } else {
        multiply(values, by: dropout.scale, count: count)
    }
}

@inline(never)
private func multiply(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    let factor = Wide(repeating: factor)
    for i in stride(from: 0, to: count, by: wideCount) { storeWide(loadWide(values + i) * factor, to: values + i) }
}

/// Applies the activation in place to `count` values, a multiple of 16. They were just stored and are still in cache.
@inline(__always)
private func activate(
    _ values: UnsafeMutablePointer<Float>, count: Int, _ activation: KernelActivation, slope: Float,
    derivative: UnsafeMutablePointer<Float>?
) {
    switch activation {
    case .identity: break
    case .relu: apply(ReLU.self, values, count: count, slope)
    case .leakyReLU: apply(LeakyReLU.self, values, count: count, slope)
    case .sigmoid: apply(Sigmoid.self, values, count: count, slope)
    case .tanh: apply(Tanh.self, values, count: count, slope)
    case .elu: apply(ELU.self, values, count: count, slope)
    case .softplus: apply(Softplus.self, values, count: count, slope)
    case .gelu: apply(GELU.self, values, derivative, count: count)
    case .geluTanh: apply(GELUTanh.self, values, derivative, count: count)
    case .silu: apply(SiLU.self, values, derivative, count: count)
    case .mish: apply(Mish.self, values, derivative, count: count)
    }
}

/// Multiplies `gradient` in place by the derivative of the activation, computed from the activation's `outputs`.
@inline(__always)
private func multiplyByDerivative(
    _ gradient: UnsafeMutablePointer<Float>, at outputs: UnsafePointer<Float>, count: Int,
    _ activation: KernelActivation,
    unscale: Float, slope: Float
) {
    switch activation {
    case .identity: break
    case .relu: applyBackward(ReLU.self, gradient, outputs, count: count, unscale, slope)
    case .leakyReLU: applyBackward(LeakyReLU.self, gradient, outputs, count: count, unscale, slope)
    case .sigmoid: applyBackward(Sigmoid.self, gradient, outputs, count: count, unscale, slope)
    case .tanh: applyBackward(Tanh.self, gradient, outputs, count: count, unscale, slope)
    case .elu: applyBackward(ELU.self, gradient, outputs, count: count, unscale, slope)
    case .softplus: applyBackward(Softplus.self, gradient, outputs, count: count, unscale, slope)
    case .gelu, .geluTanh, .silu, .mish: multiply(gradient, by: outputs, count: count)
    }
}

@inline(never)
private func apply<F: ActivationFunction>(
    _: F.Type, _ values: UnsafeMutablePointer<Float>, count: Int, _ slope: Float
) {
    let slope = Wide(repeating: slope)
    for i in stride(from: 0, to: count, by: wideCount) {
        storeWide(F.value(loadWide(values + i), slope: slope), to: values + i)
    }
}

@inline(never)
private func apply<F: StoredDerivative>(
    _: F.Type, _ values: UnsafeMutablePointer<Float>, _ derivative: UnsafeMutablePointer<Float>?, count: Int
) {
    for i in stride(from: 0, to: count, by: wideCount) {
        let both = F.valueAndDerivative(loadWide(values + i))
        storeWide(both.value, to: values + i)
        if let derivative { storeWide(both.derivative, to: derivative + i) }
    }
}

@inline(never)
private func multiply(_ values: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>, count: Int) {
    for i in stride(from: 0, to: count, by: wideCount) {
        storeWide(loadWide(values + i) * loadWide(factors + i), to: values + i)
    }
}

@inline(never)
private func applyBackward<F: ActivationFunction>(
    _: F.Type, _ gradient: UnsafeMutablePointer<Float>, _ outputs: UnsafePointer<Float>, count: Int, _ unscale: Float,
    _ slope: Float
) {
    let unscale = Wide(repeating: unscale)
    let slope = Wide(repeating: slope)
    for i in stride(from: 0, to: count, by: wideCount) {
        storeWide(
            F.backward(loadWide(gradient + i), output: loadWide(outputs + i), unscale: unscale, slope: slope),
            to: gradient + i)
    }
}

/// Returns `whenNegative` where the sign bit of `sign` is set, as it is in −0, and `otherwise` elsewhere.
///
/// It uses shifts and masks because comparisons of integer SIMD types are compiled lane by lane.
@inline(__always)
private func select(_ whenNegative: Wide, whereSignOf sign: Wide, otherwise: Wide) -> Wide {
    let mask = unsafeBitCast(sign, to: SIMD16<Int32>.self) &>> 31
    let chosen = unsafeBitCast(whenNegative, to: SIMD16<Int32>.self) & mask
    return unsafeBitCast(chosen | (unsafeBitCast(otherwise, to: SIMD16<Int32>.self) & ~mask), to: Wide.self)
}

/// Returns x with the sign bit set.
@inline(__always) private func negative(_ x: Wide) -> Wide {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) | 0x8000_0000, to: Wide.self)
}
