import KernelTypes

/// An activation: its value, and its derivative told from its own output.
///
/// To add one: a case in `KernelTypes.Activation`, an enum here, and a line in each of the two switches below.
private protocol ActivationFunction {
    static func value(_ z: Wide, slope: Wide) -> Wide
    /// `gradient` times the derivative where the output was `y` times `unscale`, which is not needed to tell a sign.
    static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide
}

/// ReLU and leaky ReLU leave the sign bit set exactly where z < 0 (ReLU as −0, which adds like 0), so that the
/// derivative at z = 0, which is 1, can be told from the output. NaN stays NaN.
private enum Relu: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide {
        (z + 0).replacing(with: -0.0, where: z .< 0)
    }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        select(.zero, whereSignOf: y, otherwise: gradient)
    }
}

private enum LeakyRelu: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide {
        // The sign is set by hand: with a slope of 0, or by underflow, slope · z would look like z ≥ 0.
        (z + 0).replacing(with: negative(slope * z), where: z .< 0)
    }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        select(gradient * slope, whereSignOf: y, otherwise: gradient)
    }
}

private enum Sigmoid: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide { logistic(z) }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        let y = y * unscale
        return gradient * (y * (1 - y))
    }
}

private enum Tanh: ActivationFunction {
    @inline(__always) static func value(_ z: Wide, slope: Wide) -> Wide { hyperbolicTangent(z) }

    @inline(__always) static func backward(_ gradient: Wide, output y: Wide, unscale: Wide, slope: Wide) -> Wide {
        let y = y * unscale
        return gradient * (Wide(repeating: 1).addingProduct(-y, y))
    }
}

/// The epilogue of a product, for some rows of a panel whose sums were just stored: the activation and perhaps dropout, or
/// the derivative of both.
@inline(__always)
func finish(
    _ output: UnsafeMutablePointer<Float>, _ arguments: ProductArguments, panel: Int, firstRow: Int, rows: Int
) {
    let activation = arguments.activation
    let count = rows * panelWidth
    if let derivativeAt = arguments.derivativeAt {
        let place = panel * arguments.output.panelStride + firstRow * panelWidth
        multiplyByDerivative(
            output, at: derivativeAt + place, count: count, activation, unscale: 1 / (arguments.dropout?.scale ?? 1),
            slope: arguments.slope)
    } else {
        activate(output, count: count, activation, slope: arguments.slope)
    }
    guard let dropout = arguments.dropout else { return }
    if activation != .relu {
        drop(output, dropout, panel: panel, firstRow: firstRow, rows: rows, dropped: 0)
    } else if arguments.derivativeAt == nil {
        // Where ReLU's output is −0 its derivative is 0, which spares drawing again.
        drop(output, dropout, panel: panel, firstRow: firstRow, rows: rows, dropped: -0.0)
    } else {
        multiply(output, by: dropout.scale, count: count)
    }
}

@inline(never)
private func multiply(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    let factor = Wide(repeating: factor)
    for i in stride(from: 0, to: count, by: wideCount) { storeWide(loadWide(values + i) * factor, to: values + i) }
}

/// Applies the activation in place; `count` is a multiple of 16. The tile that was just stored is still in cache.
@inline(__always)
func activate(_ values: UnsafeMutablePointer<Float>, count: Int, _ activation: Activation, slope: Float) {
    switch activation {
    case .identity: break
    case .relu: apply(Relu.self, values, count: count, slope)
    case .leakyRelu: apply(LeakyRelu.self, values, count: count, slope)
    case .sigmoid: apply(Sigmoid.self, values, count: count, slope)
    case .tanh: apply(Tanh.self, values, count: count, slope)
    }
}

/// Multiplies `gradient` in place by the derivative of the activation, told from the activation's `outputs`.
@inline(__always)
func multiplyByDerivative(
    _ gradient: UnsafeMutablePointer<Float>, at outputs: UnsafePointer<Float>, count: Int, _ activation: Activation,
    unscale: Float, slope: Float
) {
    switch activation {
    case .identity: break
    case .relu: applyBackward(Relu.self, gradient, outputs, count: count, unscale, slope)
    case .leakyRelu: applyBackward(LeakyRelu.self, gradient, outputs, count: count, unscale, slope)
    case .sigmoid: applyBackward(Sigmoid.self, gradient, outputs, count: count, unscale, slope)
    case .tanh: applyBackward(Tanh.self, gradient, outputs, count: count, unscale, slope)
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

/// `whenNegative` where the sign bit of `sign` is set (also that of −0), else `otherwise`.
///
/// By shifts and masks: comparisons of integer SIMD types are compiled lane by lane.
@inline(__always)
private func select(_ whenNegative: Wide, whereSignOf sign: Wide, otherwise: Wide) -> Wide {
    let mask = unsafeBitCast(sign, to: SIMD16<Int32>.self) &>> 31
    let chosen = unsafeBitCast(whenNegative, to: SIMD16<Int32>.self) & mask
    return unsafeBitCast(chosen | (unsafeBitCast(otherwise, to: SIMD16<Int32>.self) & ~mask), to: Wide.self)
}

/// With the sign bit set.
@inline(__always) private func negative(_ x: Wide) -> Wide {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) | 0x8000_0000, to: Wide.self)
}
