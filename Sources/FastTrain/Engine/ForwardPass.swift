import KernelDispatch
import KernelTypes

/// A network that turns rows of features into outputs and losses: what training, evaluation and prediction share.
struct ForwardPass: Sendable {
    let network: Network
    let kernels: KernelTable
    let parameters: PackedParameters
    /// Features, then each layer's outputs.
    let activations: Activations
    /// What the rows' outputs are held against.
    let targets: RowTargets
    /// The features as lists; nil if they are dense.
    private let inputLists: SparseLists?
    /// Room for one layer's outputs, or their gradients, as lists: made anew for each product.
    private let hiddenLists: SparseLists?
    private let loss: Loss
    private let activation: KernelTypes.Activation
    private let slope: Float

    /// `rows`: how many there may be at hand at once. `inputDensity`: the share of features that are not zero.
    /// `inputBlock`: columns of a block of the features' lists.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, inputDensity: Double,
        inputBlock: Int = SparsePlan.blockWidth, kernels: KernelTable
    ) {
        self.network = network
        self.kernels = kernels
        parameters = PackedParameters(PackedLayout(network, panelWidth: kernels.panelWidth))
        activations = Activations(widths: network.widths, rows: rows, panelWidth: kernels.panelWidth)
        targets = RowTargets(rows: rows, outputs: network.outputs, task: task)
        loss = recipe.resolvedLoss(for: task)
        activation = recipe.activation.kernel
        slope = Float(recipe.leakySlope)
        inputLists =
            inputDensity <= SparsePlan.densest && network.widths[1] >= SparsePlan.leastPanels * kernels.panelWidth
            ? SparseLists(rows: rows, width: network.inputs, blockWidth: inputBlock) : nil
        hiddenLists =
            recipe.activation == .relu
            ? SparseLists(rows: rows, width: recipe.hidden.max() ?? 0, blockWidth: SparsePlan.blockWidth) : nil
    }

    /// The input of a layer as lists, if its products go by them; a hidden layer's until the next product.
    func list(_ index: Int) -> SparseMatrix? {
        guard network.widths[index + 1] >= SparsePlan.leastPanels * kernels.panelWidth else { return nil }
        return (index == 0 ? inputLists : hiddenLists)?.matrix(width: network.widths[index])
    }

    /// Room for the gradient of a hidden layer's outputs as lists, if it is worth while: zero wherever ReLU's output is.
    private func deltaList(_ index: Int) -> SparseMatrix? {
        guard index < network.layerCount - 1, network.widths[index] >= SparsePlan.leastPanels * kernels.panelWidth
        else { return nil }
        return hiddenLists?.matrix(width: network.widths[index + 1])
    }

    /// The outputs of the last layer, before softmax.
    var outputs: PanelMatrix { activations[network.layerCount] }

    /// Brings `rows` of the data set into the first matrix: data row `indices[r]` to row `r`, r in `rows`.
    ///
    /// Returns how many numbers a product with them reads.
    @discardableResult
    func gather(_ features: Features, indices: UnsafePointer<Int32>, rows: Range<Int>) -> Int {
        switch (features, list(0)) {
        case (.u8(let bytes, let scale), let lists?):
            return kernels.gatherSparseBytes(bytes, scale, indices, lists, rows.lowerBound, rows.upperBound)
        case (.f32(let values), let lists?):
            return kernels.gatherSparseFloats(values, indices, lists, rows.lowerBound, rows.upperBound)
        case (.u8(let bytes, let scale), nil):
            kernels.gatherBytes(bytes, scale, indices, activations[0], rows.lowerBound, rows.upperBound)
        case (.f32(let values), nil):
            kernels.gatherFloats(values, indices, activations[0], rows.lowerBound, rows.upperBound)
        }
        return rows.count * network.inputs
    }

    /// Each layer in turn.
    func run(rows: Range<Int>) {
        for index in 0..<network.layerCount { runLayer(index, rows: rows) }
    }

    /// X·Wᵀ + b of one layer, then the activation; none after the last layer.
    ///
    /// `panels`: those of the outputs to make; nil: all. `entries`: of the first layer, see `gather`; for `laps` alone.
    func runLayer(
        _ index: Int, rows: Range<Int>, panels: Range<Int>? = nil, entries: Int = 0, laps: LapTimer? = nil
    ) {
        let layer = parameters.layout.layers[index]
        let activation = index < network.layerCount - 1 ? activation : .identity
        let panels = panels ?? 0..<layer.panels
        var output = activations[index + 1]
        output.base += panels.lowerBound * output.panelStride
        output.width =
            min(output.width, panels.upperBound * kernels.panelWidth) - panels.lowerBound * kernels.panelWidth
        let weights = parameters.base + layer.weights + panels.lowerBound * layer.panelStride
        let initial = parameters.base + layer.biases + panels.lowerBound * kernels.panelWidth
        var entries = entries
        if let list = list(index) {
            if index > 0 {
                entries = kernels.sparseRows(activations[index], list, rows.lowerBound, rows.upperBound)
                laps?.lap(.lists, layer: index)
            }
            kernels.sparseProduct(
                SparseProductArguments(
                    input: list, output: output, weights: weights, weightPanelStride: layer.panelStride,
                    initial: initial, firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation,
                    slope: slope, derivativeAt: nil))
        } else {
            entries = rows.count * network.widths[index]
            kernels.product(
                ProductArguments(
                    input: activations[index], output: output, weights: weights, weightPanelStride: layer.panelStride,
                    initial: initial, firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation,
                    slope: slope, derivativeAt: nil))
        }
        laps?.lap(.forward, layer: index, multiplyAdds: entries * network.widths[index + 1])
    }

    /// The loss of each row, and its gradient times `scale` in place of the outputs.
    func computeLoss(rows: Range<Int>, scale: Float) {
        let arguments = LossArguments(
            outputs: outputs, labels: targets.labelBase, targets: targets.valueBase, losses: targets.lossBase,
            scale: scale, firstRow: rows.lowerBound, endRow: rows.upperBound)
        switch loss {
        case .crossEntropy: kernels.softmaxCrossEntropy(arguments)
        case .squaredError: kernels.squaredError(arguments)
        }
    }

    /// Cross-entropy's outputs become probabilities; squared error's stay as they are.
    func turnToProbabilities(rows: Range<Int>) {
        if loss == .crossEntropy { kernels.softmax(outputs, rows.lowerBound, rows.upperBound) }
    }

    /// One layer of backpropagation: `inputDelta = (outputDelta · W) ∘ act′`, W given in panels of inputs.
    func backpropagate(
        layer index: Int, outputDelta: PanelMatrix, inputDelta: PanelMatrix,
        transposed: UnsafePointer<Float>, rows: Range<Int>, laps: LapTimer? = nil
    ) {
        let stride = network.widths[index + 1] * kernels.panelWidth
        var entries = rows.count * network.widths[index + 1]
        if let lists = deltaList(index) {
            entries = kernels.sparseRows(outputDelta, lists, rows.lowerBound, rows.upperBound)
            laps?.lap(.lists, layer: index)
            kernels.sparseProduct(
                SparseProductArguments(
                    input: lists, output: inputDelta, weights: transposed, weightPanelStride: stride, initial: nil,
                    firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation, slope: slope,
                    derivativeAt: activations[index].base))
        } else {
            kernels.product(
                ProductArguments(
                    input: outputDelta, output: inputDelta, weights: transposed, weightPanelStride: stride,
                    initial: nil, firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation,
                    slope: slope, derivativeAt: activations[index].base))
        }
        laps?.lap(.backward, layer: index, multiplyAdds: entries * network.widths[index])
    }

    /// Element `column` of a row of the outputs.
    func output(row: Int, column: Int) -> Float {
        let matrix = outputs
        return matrix.base[
            (column / kernels.panelWidth) * matrix.panelStride + row * kernels.panelWidth
                + column % kernels.panelWidth]
    }

    /// The column of the largest output of a row, the first of equals.
    func bestClass(row: Int) -> Int {
        var best = 0
        for column in 1..<network.outputs where output(row: row, column: column) > output(row: row, column: best) {
            best = column
        }
        return best
    }
}

extension Recipe {
    /// The loss, or the default of the task: cross-entropy for classes, squared error for numbers.
    func resolvedLoss(for task: Dataset.Task) -> Loss {
        if let loss { return loss }
        if case .regression = task { return .squaredError }
        return .crossEntropy
    }
}

extension Activation {
    var kernel: KernelTypes.Activation {
        switch self {
        case .identity: .identity
        case .relu: .relu
        case .leakyReLU: .leakyRelu
        case .sigmoid: .sigmoid
        case .tanh: .tanh
        }
    }
}
