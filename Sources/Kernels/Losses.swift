import KernelTypes

/// Softmax cross-entropy of rows of logits z, and its gradient in their place; see `LossArguments`.
///
/// `losses[r] = ln Σⱼ exp(zⱼ − max z) − (z[label] − max z)`; the gradient is `(softmax(z) − onehot(label)) · scale`. With
/// label smoothing (Szegedy et al. 2016) onehot(label) is (1 − ε) onehot(label) + ε / classes in both.
public func softmaxCrossEntropy(_ arguments: LossArguments) {
    if arguments.smoothing > 0 { return smoothedCrossEntropy(arguments) }
    let outputs = arguments.outputs
    for row in arguments.firstRow..<arguments.endRow {
        let label = Int(arguments.labels![row])
        let logit = outputs.base[offset(outputs, row: row, column: label)]
        let largest = rowMax(outputs, row: row)
        let total = exponentials(outputs, row: row, largest: largest)
        arguments.losses[row] = logarithm(total) - (logit - largest)
        let inverse = arguments.scale / total
        forEachChunk(outputs, row: row) { chunk, column, _ in
            var gradient = loadWide(chunk) * inverse
            if label >= column && label < column + wideCount { gradient[label - column] -= arguments.scale }
            storeWide(gradient, to: chunk)
        }
    }
}

private func smoothedCrossEntropy(_ arguments: LossArguments) {
    let outputs = arguments.outputs
    let other = arguments.smoothing / Float(outputs.width)
    let own = 1 - arguments.smoothing
    for row in arguments.firstRow..<arguments.endRow {
        let label = Int(arguments.labels![row])
        let logit = outputs.base[offset(outputs, row: row, column: label)]
        let largest = rowMax(outputs, row: row)
        var sum = Wide.zero
        forEachChunk(outputs, row: row) { chunk, _, valid in
            sum += (loadWide(chunk) - largest).replacing(with: 0, where: .!valid)
        }
        let total = exponentials(outputs, row: row, largest: largest)
        arguments.losses[row] = logarithm(total) - (own * (logit - largest) + other * laneSum(sum))
        let inverse = arguments.scale / total
        forEachChunk(outputs, row: row) { chunk, column, valid in
            var gradient = loadWide(chunk) * inverse
            gradient -= Wide(repeating: other * arguments.scale).replacing(with: 0, where: .!valid)
            if label >= column && label < column + wideCount { gradient[label - column] -= own * arguments.scale }
            storeWide(gradient, to: chunk)
        }
    }
}

/// Squared error of rows of outputs f, and its gradient in their place; see `LossArguments`.
///
/// `losses[r] = Σₖ (fₖ − yₖ)²`; the gradient is `2 (f − y) · scale`. y is a row of `targets`, or one-hot of the label.
public func squaredError(_ arguments: LossArguments) {
    let outputs = arguments.outputs
    let factor = 2 * arguments.scale
    for row in arguments.firstRow..<arguments.endRow {
        var sum = Wide.zero
        forEachChunk(outputs, row: row) { chunk, column, valid in
            var target = Wide.zero
            if let targets = arguments.targets {
                // Less than none in a chunk that is all padding, which panels of 32 columns have.
                for lane in 0..<max(0, min(wideCount, outputs.width - column)) {
                    target[lane] = targets[row * outputs.width + column + lane]
                }
            } else {
                let label = Int(arguments.labels![row])
                if label >= column && label < column + wideCount { target[label - column] = 1 }
            }
            let difference = (loadWide(chunk) - target).replacing(with: 0, where: .!valid)
            sum.addProduct(difference, difference)
            storeWide(difference * factor, to: chunk)
        }
        arguments.losses[row] = laneSum(sum)
    }
}

/// Logits of rows become probabilities, in place; padding becomes 0.
public func softmax(_ outputs: PanelMatrix, firstRow: Int, endRow: Int) {
    for row in firstRow..<endRow {
        let total = exponentials(outputs, row: row, largest: rowMax(outputs, row: row))
        forEachChunk(outputs, row: row) { chunk, _, _ in storeWide(loadWide(chunk) / total, to: chunk) }
    }
}

/// z becomes exp(z − largest), padding 0. Returns the sum: chunks of 16 in rising order, then the tree over lanes.
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

/// Calls `body` with each 16 columns of a row: where they lie, the first one's column, and which are no padding.
@inline(__always)
func forEachChunk(
    _ matrix: PanelMatrix, row: Int,
    _ body: (UnsafeMutablePointer<Float>, Int, SIMDMask<SIMD16<Int32>>) -> Void
) {
    let lanes = Wide(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let width = (matrix.width + panelWidth - 1) / panelWidth * panelWidth
    for column in stride(from: 0, to: width, by: wideCount) {
        let valid = lanes .< Float(matrix.width - column)
        body(matrix.base + offset(matrix, row: row, column: column), column, valid)
    }
}
