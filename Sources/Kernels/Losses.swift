import KernelTypes

extension Kernels {
    /// Computes the loss of a range of rows and replaces the outputs by its gradient.
    public static func loss(_ arguments: LossArguments) {
        switch arguments.loss {
        case .crossEntropy: crossEntropy(arguments)
        case .binaryCrossEntropy: elementwise(arguments, BinaryCrossEntropy.self)
        case .squaredError: elementwise(arguments, SquaredError.self)
        case .absoluteError: elementwise(arguments, AbsoluteError.self)
        case .huber: elementwise(arguments, Huber.self)
        case .poisson: elementwise(arguments, Poisson.self)
        }
    }
}

/// Computes `losses[r] = ln Σⱼ exp(zⱼ − max z) − (z[label] − max z)` and the gradient `(softmax(z) − onehot(label)) ·
/// scale`.
///
/// With label smoothing (Szegedy et al. 2016), (1 − ε) onehot(label) + ε / classes takes the place of onehot(label) in
/// both.
private func crossEntropy(_ arguments: LossArguments) {
    let outputs = arguments.outputs
    let other = arguments.smoothing / Float(outputs.width)
    let own = 1 - arguments.smoothing
    for row in arguments.rows {
        let weight = arguments.weights?[row] ?? 1
        let scale = arguments.scale * weight
        let label = Int(arguments.labels![row])
        let logit = outputs.base[offset(outputs, row: row, column: label)]
        let largest = rowMax(outputs, row: row)
        var target = own * (logit - largest)
        if arguments.smoothing > 0 { target += other * sum(outputs, row: row, less: largest) }
        let total = exponentials(outputs, row: row, largest: largest)
        arguments.losses[row] = weight * (logarithm(total) - target)
        let inverse = scale / total
        forEachChunk(outputs, row: row) { chunk, column, valid in
            var gradient = loadWide(chunk) * inverse
            gradient -= Wide(repeating: other * scale).replacing(with: 0, where: .!valid)
            if label >= column && label < column + wideCount { gradient[label - column] -= own * scale }
            storeWide(gradient, to: chunk)
        }
    }
}

/// A loss that is a sum over the outputs.
///
/// To add a loss: a case in `KernelLoss`, an enum here, and a line in `loss`, and in `predictions` unless its
/// predictions are its outputs.
private protocol ElementwiseLoss {
    /// Returns two factors of the loss of output z against target y, and the derivative of the loss by z.
    static func terms(_ z: Wide, _ y: Wide, delta: Wide) -> (factors: (Wide, Wide), derivative: Wide)
}

private enum SquaredError: ElementwiseLoss {
    @inline(__always)
    static func terms(_ z: Wide, _ y: Wide, delta: Wide) -> (factors: (Wide, Wide), derivative: Wide) {
        let difference = z - y
        return ((difference, difference), difference + difference)
    }
}

private enum AbsoluteError: ElementwiseLoss {
    @inline(__always)
    static func terms(_ z: Wide, _ y: Wide, delta: Wide) -> (factors: (Wide, Wide), derivative: Wide) {
        let difference = z - y
        // 0 and NaN are unchanged.
        let sign = difference.replacing(with: 1, where: difference .> 0).replacing(with: -1, where: difference .< 0)
        return ((magnitude(difference), Wide(repeating: 1)), sign)
    }
}

private enum Huber: ElementwiseLoss {
    @inline(__always)
    static func terms(_ z: Wide, _ y: Wide, delta: Wide) -> (factors: (Wide, Wide), derivative: Wide) {
        let difference = z - y
        let size = magnitude(difference)
        let bounded = size.replacing(with: delta, where: size .> delta)
        let factors = (bounded, size.addingProduct(Wide(repeating: -0.5), bounded))
        return (factors, bounded.replacing(with: 0 - bounded, where: difference .< 0))
    }
}

private enum BinaryCrossEntropy: ElementwiseLoss {
    @inline(__always)
    static func terms(_ z: Wide, _ y: Wide, delta: Wide) -> (factors: (Wide, Wide), derivative: Wide) {
        // max(z, 0) − y z is exactly 0 where the answer is right, so the small rest of the loss keeps its precision.
        let tail = softplusTail(z)
        let value = (z.replacing(with: 0, where: z .< 0) - y * z).addingProduct(tail.0, tail.1)
        return ((value, Wide(repeating: 1)), logistic(z) - y)
    }
}

private enum Poisson: ElementwiseLoss {
    @inline(__always)
    static func terms(_ z: Wide, _ y: Wide, delta: Wide) -> (factors: (Wide, Wide), derivative: Wide) {
        let expected = exponential(z)
        return ((expected - y * z, Wide(repeating: 1)), expected - y)
    }
}

@inline(__always) private func magnitude(_ x: Wide) -> Wide { x.replacing(with: 0 - x, where: x .< 0) }

@inline(__always)
private func elementwise<Function: ElementwiseLoss>(_ arguments: LossArguments, _: Function.Type) {
    let outputs = arguments.outputs
    let isBinary = arguments.loss == .binaryCrossEntropy && outputs.width == 1
    for row in arguments.rows {
        let weight = arguments.weights?[row] ?? 1
        let scale = arguments.scale * weight
        var sum = Wide.zero
        forEachChunk(outputs, row: row) { chunk, column, valid in
            var target = Wide.zero
            if let targets = arguments.targets {
                // The count is negative in a chunk that is all padding, which panels of 32 columns have.
                for lane in 0..<max(0, min(wideCount, outputs.width - column)) {
                    target[lane] = targets[row * outputs.width + column + lane]
                }
            } else if isBinary {
                if column == 0 { target[0] = Float(arguments.labels![row]) }
            } else {
                let label = Int(arguments.labels![row])
                if label >= column && label < column + wideCount { target[label - column] = 1 }
            }
            let (factors, derivative) = Function.terms(
                loadWide(chunk), target, delta: Wide(repeating: arguments.delta))
            sum.addProduct(factors.0.replacing(with: 0, where: .!valid), factors.1)
            storeWide(derivative.replacing(with: 0, where: .!valid) * scale, to: chunk)
        }
        arguments.losses[row] = weight * laneSum(sum)
    }
}

extension Kernels {
    /// Replaces the outputs of a range of rows by predictions.
    public static func predictions(_ outputs: PanelMatrix, loss: KernelLoss, rows: Range<Int>) {
        for row in rows {
            switch loss {
            case .crossEntropy:
                let total = exponentials(outputs, row: row, largest: rowMax(outputs, row: row))
                forEachChunk(outputs, row: row) { chunk, _, _ in storeWide(loadWide(chunk) / total, to: chunk) }
            case .binaryCrossEntropy:
                forEachChunk(outputs, row: row) { chunk, _, _ in storeWide(logistic(loadWide(chunk)), to: chunk) }
            case .poisson:
                forEachChunk(outputs, row: row) { chunk, _, _ in storeWide(exponential(loadWide(chunk)), to: chunk) }
            case .squaredError, .absoluteError, .huber: break
            }
        }
    }
}

/// Returns Σⱼ (zⱼ − x): chunks of 16 in ascending order, then the tree over lanes.
@inline(__always)
private func sum(_ outputs: PanelMatrix, row: Int, less x: Float) -> Float {
    var sum = Wide.zero
    forEachChunk(outputs, row: row) { chunk, _, valid in
        sum += (loadWide(chunk) - x).replacing(with: 0, where: .!valid)
    }
    return laneSum(sum)
}

/// Replaces z by exp(z − largest), and padding by 0.
///
/// - Returns: The sum: chunks of 16 in ascending order, then the tree over lanes.
@inline(__always)
private func exponentials(_ outputs: PanelMatrix, row: Int, largest: Float) -> Float {
    var sum = Wide.zero
    forEachChunk(outputs, row: row) { chunk, _, valid in
        let value = exponential(loadWide(chunk) - largest).replacing(with: 0, where: .!valid)
        sum += value
        storeWide(value, to: chunk)
    }
    return laneSum(sum)
}

@inline(__always)
private func rowMax(_ outputs: PanelMatrix, row: Int) -> Float {
    var largest = Wide(repeating: -.infinity)
    forEachChunk(outputs, row: row) { chunk, _, valid in
        let value = loadWide(chunk)
        largest.replace(with: value, where: valid .& (value .> largest))
    }
    return laneMax(largest)
}

@inline(__always)
private func offset(_ matrix: PanelMatrix, row: Int, column: Int) -> Int {
    (column / panelWidth) * matrix.panelStride + row * panelWidth + column % panelWidth
}

/// Calls `body` for each 16 columns of a row with their place, the first column, and the lanes that are not padding.
@inline(__always)
func forEachChunk(
    _ matrix: PanelMatrix, row: Int,
    _ body: (UnsafeMutablePointer<Float>, Int, SIMDMask<SIMD16<Int32>>) -> Void
) {
    let lanes = Wide(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let width = panelCount(matrix.width) * panelWidth
    for column in stride(from: 0, to: width, by: wideCount) {
        let valid = lanes .< Float(matrix.width - column)
        body(matrix.base + offset(matrix, row: row, column: column), column, valid)
    }
}
