import KernelDispatch
import KernelTypes

/// A network that turns rows of features into outputs and losses: what training, evaluation and prediction share.
struct ForwardPass: Sendable {
    let network: Network
    let kernels: KernelTable
    private(set) var parameters: PackedParameters
    /// Features, then each layer's outputs.
    let activations: Activations
    /// What the rows' outputs are held against.
    let targets: RowTargets
    /// The weights as bf16 reads them; nil in single precision.
    private(set) var pairedWeights: PairedWeights?
    let precision: KernelTypes.Precision
    /// In which its products read the layers' inputs and the gradients of their outputs.
    let forms: OperandForms
    private let features: OperandRoom
    /// Room for one layer's outputs, or their gradients: made anew for each product.
    private let hidden: OperandRoom
    private let loss: KernelTypes.Loss
    private let huberDelta: Float
    /// Whether the only output tells two classes apart.
    let isBinary: Bool
    /// Of each hidden layer.
    private let activationsOfLayers: [KernelTypes.Activation]
    private let slope: Float
    /// nil: the network has no normalization.
    private(set) var normalizer: Normalizer?

    /// `rows`: how many there may be at hand at once. `density`: of the features; nil: they have no zeros.
    /// `featureBlockWidth`: of the features' lists. `isTraining`: with what only that needs.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, density: FeatureDensity?,
        featureBlockWidth: Int = SparsePlan.blockWidth, kernels: KernelTable, isTraining: Bool = false
    ) {
        self.network = network
        self.kernels = kernels
        precision = recipe.precision.kernel
        let layout = PackedLayout(network, panelWidth: kernels.panelWidth)
        parameters = PackedParameters(layout)
        pairedWeights = precision == .bf16 ? PairedWeights(layout, kernels: kernels) : nil
        activations = Activations(widths: network.widths, rows: rows, panelWidth: kernels.panelWidth)
        targets = RowTargets(rows: rows, outputs: network.outputs, task: task)
        loss = recipe.resolvedLoss(for: task).kernel
        huberDelta = Float(recipe.huberDelta)
        if case .classification = task {
            isBinary = network.outputs == 1 && loss == .binaryCrossEntropy
        } else {
            isBinary = false
        }
        activationsOfLayers = recipe.activations.map(\.kernel)
        slope = Float(recipe.leakySlope)
        normalizer = Normalizer(
            network, parameters: parameters, rows: rows, shards: isTraining ? recipe.shards : nil, kernels: kernels)
        forms = OperandForms(network: network, recipe: recipe, density: density, kernels: kernels)
        features = OperandRoom(
            rows: rows, for: [(network.inputs, forms.input(0))], blockWidth: featureBlockWidth, kernels: kernels)
        hidden = OperandRoom(
            rows: rows,
            for: (1..<network.layerCount).flatMap { [forms] index in
                [(network.widths[index], forms.input(index)), (network.widths[index + 1], forms.delta(index))]
            }, kernels: kernels)
    }

    /// The same network with parameters and running statistics of its own, in the same room for rows: one of the two can be
    /// in use at a time.
    func withOwnParameters() -> ForwardPass {
        var pass = self
        pass.parameters = PackedParameters(parameters.layout)
        if pairedWeights != nil { pass.pairedWeights = PairedWeights(parameters.layout, kernels: kernels) }
        pass.normalizer = normalizer?.withOwnStatistics(parameters: pass.parameters)
        return pass
    }

    /// Takes over parameters in the public layout.
    func load(_ parameters: Parameters) {
        self.parameters.load(parameters)
        normalizer?.load(parameters)
        for (index, layer) in self.parameters.layout.layers.enumerated() {
            pairedWeights?.follow(
                self.parameters, layer: index, panels: 0..<layer.panels, inputs: 0..<layer.inputs)
        }
    }

    /// The parameters as they are now, in the public layout, with running statistics.
    var snapshot: Parameters {
        var parameters = self.parameters.unpacked()
        normalizer?.addRunning(to: &parameters)
        return parameters
    }

    /// What a product reads of a layer's input.
    func input(_ index: Int) -> ProductInput {
        (index == 0 ? features : hidden).input(forms.input(index), of: activations[index])
    }

    /// The outputs of the last layer, before softmax.
    var outputs: PanelMatrix { activations[network.layerCount] }

    /// Brings `rows` of the data set into the form that the first product reads: data row `indices[r]` to row `r`, r in
    /// `rows`.
    ///
    /// Returns how many multiply-adds each column of that product takes.
    @discardableResult
    func gather(
        _ split: Features, indices: UnsafePointer<Int32>, rows: Range<Int>, dropout: Dropout? = nil
    ) -> Int {
        let (first, end) = (rows.lowerBound, rows.upperBound)
        switch (split, forms.input(0)) {
        case (.u8(let bytes, let scale), .lists) where dropout == nil:
            return kernels.gatherSparseBytes(bytes, scale, indices, features.lists(width: network.inputs), first, end)
        case (.f32(let values), .lists) where dropout == nil:
            return kernels.gatherSparseFloats(values, indices, features.lists(width: network.inputs), first, end)
        case (.u8(let bytes, let scale), _):
            kernels.gatherBytes(bytes, scale, indices, activations[0], first, end)
        case (.f32(let values), _):
            kernels.gatherFloats(values, indices, activations[0], first, end)
        }
        if let dropout { kernels.dropout(activations[0], first, end, dropout) }
        return features.make(forms.input(0), of: activations[0], columns: 0..<network.inputs, rows: rows)
    }

    /// Each layer in turn, without dropout; batch normalization goes by its running statistics.
    func run(rows: Range<Int>) {
        for index in 0..<network.layerCount {
            runLayer(index, rows: rows)
            if network.isNormalized(index) {
                normalizer?.evaluate(index, activations[index + 1], rows: rows, epilogue(index))
            }
        }
    }

    /// What becomes of the numbers that the activation of layer `index` takes; none after the last layer.
    func epilogue(_ index: Int, dropout: Dropout? = nil, derivative: PanelMatrix? = nil) -> Epilogue {
        Epilogue(
            activation: index < activationsOfLayers.count ? activationsOfLayers[index] : .identity, slope: slope,
            storedDerivative: derivative?.base, dropout: dropout)
    }

    /// X·Wᵀ + b of one layer, then the activation, unless a normalization comes first; none after the last layer.
    ///
    /// `panels`: those of the outputs to make; nil: all. `inputIsMade`: in the form that the product reads, as features
    /// always are; `dropout`: of the outputs; `derivative`: where the activation's goes; `multiplyAdds`: of each column
    /// of the product, see `gather`; for `laps` alone.
    func runLayer(
        _ index: Int, rows: Range<Int>, panels: Range<Int>? = nil, inputIsMade: Bool = false, dropout: Dropout? = nil,
        derivative: PanelMatrix? = nil, multiplyAdds: Int = 0, laps: LapTimer? = nil
    ) {
        let layer = parameters.layout.layers[index]
        let panels = panels ?? 0..<layer.panels
        let output = activations[index + 1].part(panels, panelWidth: kernels.panelWidth)
        let weights = pairedWeights?.base(index) ?? UnsafePointer(parameters.base + layer.weights)
        let stride = pairedWeights?.panelStride(index) ?? layer.panelStride
        var multiplyAdds = multiplyAdds
        if index > 0 && !inputIsMade {
            multiplyAdds = makeInput(index, columns: 0..<network.widths[index], rows: rows)
            laps?.lap(.pack, layer: index)
        }
        kernels.product(
            ProductArguments(
                precision: precision, input: input(index), output: output,
                weights: weights + panels.lowerBound * stride, weightPanelStride: stride,
                initial: parameters.base + layer.biases + panels.lowerBound * kernels.panelWidth,
                firstRow: rows.lowerBound, endRow: rows.upperBound,
                epilogue: network.isNormalized(index)
                    ? Epilogue(activation: .identity, slope: 0)
                    : epilogue(
                        index, dropout: dropout?.from(panels.lowerBound * kernels.panelWidth),
                        derivative: derivative?.part(panels, panelWidth: kernels.panelWidth))))
        laps?.lap(.forward, layer: index, multiplyAdds: multiplyAdds * network.widths[index + 1])
    }

    /// Brings some columns of the input of a hidden layer into the form that its product reads. Returns how many
    /// multiply-adds each column of that product takes.
    func makeInput(_ index: Int, columns: Range<Int>, rows: Range<Int>) -> Int {
        hidden.make(forms.input(index), of: activations[index], columns: columns, rows: rows)
    }

    /// The loss of each row, and its gradient times `scale` in place of the outputs. `weights`: of the rows; `smoothing`: of
    /// labels.
    func computeLoss(rows: Range<Int>, scale: Float, weights: UnsafePointer<Float>? = nil, smoothing: Float = 0) {
        kernels.loss(
            LossArguments(
                loss, outputs: outputs, labels: targets.labelBase, targets: targets.valueBase, weights: weights,
                losses: targets.lossBase, scale: scale, smoothing: smoothing, delta: huberDelta,
                firstRow: rows.lowerBound, endRow: rows.upperBound))
    }

    /// Outputs become what they predict, see `Loss`.
    func turnToPredictions(rows: Range<Int>) {
        kernels.predictions(outputs, loss, rows.lowerBound, rows.upperBound)
    }

    /// Brings the gradient of the outputs of layer `index` into the form that backpropagation reads. Returns how many
    /// multiply-adds each column of that product takes.
    func makeDelta(_ index: Int, _ outputDelta: PanelMatrix, rows: Range<Int>) -> Int {
        hidden.make(forms.delta(index), of: outputDelta, columns: 0..<outputDelta.width, rows: rows)
    }

    /// One layer of backpropagation, after `makeDelta`: `inputDelta = (outputDelta · W) ∘ act′`, W given in panels of
    /// inputs. `panels`: those of the inputs to make; nil: all. `derivative`: that was stored, `dropout`: of the
    /// inputs. `multiplyAdds`: of `makeDelta`;
    /// for `laps` alone.
    func backpropagate(
        layer index: Int, outputDelta: PanelMatrix, inputDelta: PanelMatrix, transposed: UnsafePointer<Float>,
        rows: Range<Int>, panels: Range<Int>? = nil, derivative: PanelMatrix?, dropout: Dropout?, multiplyAdds: Int,
        laps: LapTimer? = nil
    ) {
        let panelStride = transposedPanelStride(index)
        let panels = panels ?? 0..<(network.widths[index] + kernels.panelWidth - 1) / kernels.panelWidth
        kernels.product(
            ProductArguments(
                precision: precision, input: hidden.input(forms.delta(index), of: outputDelta),
                output: inputDelta.part(panels, panelWidth: kernels.panelWidth),
                weights: transposed + panels.lowerBound * panelStride, weightPanelStride: panelStride, initial: nil,
                firstRow: rows.lowerBound, endRow: rows.upperBound,
                epilogue: Epilogue(
                    activation: activationsOfLayers[index - 1], slope: slope,
                    derivativeAt: (derivative ?? activations[index]).part(panels, panelWidth: kernels.panelWidth).base,
                    dropout: dropout?.from(panels.lowerBound * kernels.panelWidth))))
        laps?.lap(.backward, layer: index, multiplyAdds: multiplyAdds * network.widths[index])
    }

    /// From one panel of a layer's inputs to the next in the weights that backpropagation reads: a row for each output,
    /// or for each two of them.
    func transposedPanelStride(_ layer: Int) -> Int {
        let outputs = network.widths[layer + 1]
        return (precision == .bf16 ? (outputs + 1) / 2 : outputs) * kernels.panelWidth
    }

    /// Element `column` of a row of the outputs; a zero is +0, whichever way the product went.
    func output(row: Int, column: Int) -> Float {
        let matrix = outputs
        return matrix.base[
            (column / kernels.panelWidth) * matrix.panelStride + row * kernels.panelWidth
                + column % kernels.panelWidth] + 0
    }

    /// The class that a row's outputs speak for, before they are turned to predictions: that of the largest one, the first of
    /// equals.
    func bestClass(row: Int) -> Int {
        if isBinary { return output(row: row, column: 0) > 0 ? 1 : 0 }
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

extension Loss {
    var kernel: KernelTypes.Loss {
        switch self {
        case .crossEntropy: .crossEntropy
        case .binaryCrossEntropy: .binaryCrossEntropy
        case .squaredError: .squaredError
        case .absoluteError: .absoluteError
        case .huber: .huber
        case .poisson: .poisson
        }
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
        case .elu: .elu
        case .gelu: .gelu
        case .geluTanh: .geluTanh
        case .silu: .silu
        case .softplus: .softplus
        case .mish: .mish
        }
    }
}

extension KernelTypes.Activation {
    /// Whether its derivative does not follow from its output, and so is kept beside it.
    var storesDerivative: Bool {
        switch self {
        case .gelu, .geluTanh, .silu, .mish: true
        case .identity, .relu, .leakyRelu, .sigmoid, .tanh, .elu, .softplus: false
        }
    }
}

extension Precision {
    var kernel: KernelTypes.Precision {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        }
    }
}

extension Dropout {
    /// Of the columns from `unit` on.
    func from(_ unit: Int) -> Dropout {
        var dropout = self
        dropout.firstUnit += UInt32(unit)
        return dropout
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
