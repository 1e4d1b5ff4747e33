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
            inputDensity <= SparsePlan.densest && SparsePlan.isWorthLists(outputs: network.widths[1], kernels)
            ? SparseLists(rows: rows, width: network.inputs, blockWidth: inputBlock) : nil
        // Layers whose inputs or whose outputs' gradients may go by lists: see `list` and `deltaList`.
        let hidden = recipe.hidden.indices.filter { index in
            SparsePlan.isWorthLists(outputs: network.widths[index + 2], kernels)
                || index > 0 && SparsePlan.isWorthLists(outputs: network.widths[index], kernels)
        }
        hiddenLists =
            recipe.activation == .relu
            ? hidden.map { recipe.hidden[$0] }.max().map {
                SparseLists(rows: rows, width: $0, blockWidth: SparsePlan.blockWidth)
            } : nil
    }

    /// The input of a layer as lists, if its products go by them; a hidden layer's until the next product.
    func list(_ index: Int) -> SparseMatrix? {
        guard SparsePlan.isWorthLists(outputs: network.widths[index + 1], kernels) else { return nil }
        return (index == 0 ? inputLists : hiddenLists)?.matrix(width: network.widths[index])
    }

    /// Room for the gradient of a hidden layer's outputs as lists, if it is worth while: zero wherever ReLU's output is.
    private func deltaList(_ index: Int) -> SparseMatrix? {
        guard index < network.layerCount - 1, SparsePlan.isWorthLists(outputs: network.widths[index], kernels)
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
    /// `panels`: those of the outputs to make; nil: all. `listsAreMade`: of the input, always so of the features.
    /// `entries`: of these, see `gather`; for `laps` alone.
    func runLayer(
        _ index: Int, rows: Range<Int>, panels: Range<Int>? = nil, listsAreMade: Bool = false, entries: Int = 0,
        laps: LapTimer? = nil
    ) {
        let layer = parameters.layout.layers[index]
        let activation = index < network.layerCount - 1 ? activation : .identity
        let panels = panels ?? 0..<layer.panels
        let output = activations[index + 1].part(panels, panelWidth: kernels.panelWidth)
        let weights = parameters.base + layer.weights + panels.lowerBound * layer.panelStride
        let initial = parameters.base + layer.biases + panels.lowerBound * kernels.panelWidth
        var multiplyAdds = entries * network.widths[index + 1]
        if let list = list(index) {
            if index > 0 && !listsAreMade {
                multiplyAdds =
                    listOutputs(index, columns: 0..<network.widths[index], rows: rows) * network.widths[index + 1]
                laps?.lap(.lists, layer: index)
            }
            kernels.sparseProduct(
                SparseProductArguments(
                    input: list, output: output, weights: weights, weightPanelStride: layer.panelStride,
                    initial: initial, firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation,
                    slope: slope, derivativeAt: nil))
        } else {
            multiplyAdds = rows.count * network.widths[index] * output.width
            kernels.product(
                ProductArguments(
                    input: activations[index], output: output, weights: weights, weightPanelStride: layer.panelStride,
                    initial: initial, firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation,
                    slope: slope, derivativeAt: nil))
        }
        laps?.lap(.forward, layer: index, multiplyAdds: multiplyAdds)
    }

    /// Makes lists of some columns of the input of layer `index`, whole blocks of them. Returns their numbers.
    func listOutputs(_ index: Int, columns: Range<Int>, rows: Range<Int>) -> Int {
        guard let list = list(index) else { return 0 }
        return kernels.sparseRows(
            activations[index], list, columns.lowerBound, columns.upperBound, rows.lowerBound, rows.upperBound)
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

    /// Makes lists of the gradient of the outputs of layer `index`, if that is worth while. Returns how many numbers a
    /// product with it reads.
    func listDelta(_ index: Int, _ outputDelta: PanelMatrix, rows: Range<Int>) -> Int {
        guard let lists = deltaList(index) else { return rows.count * outputDelta.width }
        return kernels.sparseRows(outputDelta, lists, 0, outputDelta.width, rows.lowerBound, rows.upperBound)
    }

    /// One layer of backpropagation, after `listDelta`: `inputDelta = (outputDelta · W) ∘ act′`, W given in panels of
    /// inputs. `panels`: those of the inputs to make; nil: all. `entries`: what `listDelta` returned; for `laps` alone.
    func backpropagate(
        layer index: Int, outputDelta: PanelMatrix, inputDelta: PanelMatrix, transposed: UnsafePointer<Float>,
        rows: Range<Int>, panels: Range<Int>? = nil, entries: Int, laps: LapTimer? = nil
    ) {
        let stride = network.widths[index + 1] * kernels.panelWidth
        let panels = panels ?? 0..<(network.widths[index] + kernels.panelWidth - 1) / kernels.panelWidth
        let output = inputDelta.part(panels, panelWidth: kernels.panelWidth)
        let derivativeAt = activations[index].part(panels, panelWidth: kernels.panelWidth).base
        let weights = transposed + panels.lowerBound * stride
        if let lists = deltaList(index) {
            kernels.sparseProduct(
                SparseProductArguments(
                    input: lists, output: output, weights: weights, weightPanelStride: stride, initial: nil,
                    firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation, slope: slope,
                    derivativeAt: derivativeAt))
        } else {
            kernels.product(
                ProductArguments(
                    input: outputDelta, output: output, weights: weights, weightPanelStride: stride, initial: nil,
                    firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation, slope: slope,
                    derivativeAt: derivativeAt))
        }
        laps?.lap(.backward, layer: index, multiplyAdds: entries * network.widths[index])
    }

    /// Element `column` of a row of the outputs; a zero is +0, whichever way the product went.
    func output(row: Int, column: Int) -> Float {
        let matrix = outputs
        return matrix.base[
            (column / kernels.panelWidth) * matrix.panelStride + row * kernels.panelWidth
                + column % kernels.panelWidth] + 0
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

extension PanelMatrix {
    /// Some panels as a matrix of their own.
    func part(_ panels: Range<Int>, panelWidth: Int) -> PanelMatrix {
        PanelMatrix(
            base: base + panels.lowerBound * panelStride, panelStride: panelStride,
            width: min(width, panels.upperBound * panelWidth) - panels.lowerBound * panelWidth)
    }
}
