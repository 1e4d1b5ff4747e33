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
    private let loss: Loss
    private let activation: KernelTypes.Activation
    private let slope: Float

    /// `rows`: how many there may be at hand at once.
    init(network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, kernels: KernelTable) {
        self.network = network
        self.kernels = kernels
        parameters = PackedParameters(PackedLayout(network, panelWidth: kernels.panelWidth))
        activations = Activations(widths: network.widths, rows: rows, panelWidth: kernels.panelWidth)
        targets = RowTargets(rows: rows, outputs: network.outputs, task: task)
        loss = recipe.resolvedLoss(for: task)
        activation = recipe.activation.kernel
        slope = Float(recipe.leakySlope)
    }

    /// The outputs of the last layer, before softmax.
    var outputs: PanelMatrix { activations[network.layerCount] }

    /// Brings `rows` of the data set into the first matrix: data row `indices[r]` to row `r`, r in `rows`.
    func gather(_ features: Features, indices: UnsafePointer<Int32>, rows: Range<Int>) {
        switch features {
        case .u8(let bytes, let scale):
            kernels.gatherBytes(bytes, scale, indices, activations[0], rows.lowerBound, rows.upperBound)
        case .f32(let values):
            kernels.gatherFloats(values, indices, activations[0], rows.lowerBound, rows.upperBound)
        }
    }

    /// Each layer in turn: X·Wᵀ + b, then the activation; none after the last layer.
    func run(rows: Range<Int>) {
        for index in 0..<network.layerCount {
            let layer = parameters.layout.layers[index]
            kernels.product(
                ProductArguments(
                    input: activations[index], output: activations[index + 1],
                    weights: parameters.base + layer.weights, weightPanelStride: layer.panelStride,
                    initial: parameters.base + layer.biases, firstRow: rows.lowerBound, endRow: rows.upperBound,
                    activation: index < network.layerCount - 1 ? activation : .identity, slope: slope,
                    derivativeAt: nil))
        }
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
        layer index: Int, outputDelta: PanelMatrix, inputDelta: PanelMatrix, transposed: UnsafePointer<Float>,
        rows: Range<Int>
    ) {
        kernels.product(
            ProductArguments(
                input: outputDelta, output: inputDelta, weights: transposed,
                weightPanelStride: network.widths[index + 1] * kernels.panelWidth, initial: nil,
                firstRow: rows.lowerBound, endRow: rows.upperBound, activation: activation, slope: slope,
                derivativeAt: activations[index].base))
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
