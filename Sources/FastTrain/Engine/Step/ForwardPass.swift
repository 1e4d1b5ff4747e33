import KernelTypes

/// A network that turns rows of features into outputs and losses; shared by training, evaluation and prediction.
struct ForwardPass: Sendable {
    let network: Network
    let kernels: KernelTable
    /// The form in which each layer's products read their operands.
    private(set) var plan: StepPlan
    private(set) var parameters: PackedParameters
    /// The features, then the outputs of each layer.
    private(set) var activations: Activations
    /// The labels or target values of the rows, and their losses.
    let targets: RowTargets
    /// The weights in the form that bf16 products read; `nil` in single precision.
    private(set) var pairedWeights: PairedWeights?
    /// The features in the form that the first layer reads.
    private(set) var features: OperandRoom
    /// One hidden layer's outputs or their gradient in the form that its next product reads.
    private(set) var hidden: OperandRoom
    let loss: KernelLoss
    private let huberDelta: Float
    /// Whether a single output tells two classes apart.
    let isBinary: Bool
    /// The activation of each hidden layer.
    private let hiddenActivations: [KernelActivation]
    private let slope: Float
    /// The normalization of the hidden layers; `nil` if the network has none.
    private(set) var normalizer: Normalizer?

    /// Creates a pass with room for a number of rows; its parameters are zero.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - recipe: The recipe, for activations, loss and precision.
    ///   - task: The task of the data set.
    ///   - rows: The largest number of rows that are in use at once.
    ///   - plan: The plan of the layers.
    ///   - kernels: The kernels to compute with.
    ///   - isTraining: Whether to allocate the memory that only training needs.
    ///   - exchange: The exchange with the other processes of a run, if there are any.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, plan: StepPlan, kernels: KernelTable,
        isTraining: Bool = false, exchange: GradientExchange? = nil
    ) {
        self.network = network
        self.kernels = kernels
        self.plan = plan
        let layout = PackedLayout(network, panelWidth: kernels.panelWidth)
        parameters = PackedParameters(layout)
        pairedWeights = plan.precision.isPaired ? PairedWeights(layout, kernels: kernels) : nil
        activations = Activations(widths: network.widths, rows: rows, panelWidth: kernels.panelWidth)
        targets = RowTargets(rows: rows, outputs: network.outputs, task: task)
        loss = recipe.resolvedLoss(for: task).traits.kernel
        huberDelta = Float(recipe.huberDelta)
        if case .classification = task {
            isBinary = network.outputs == 1 && loss == .binaryCrossEntropy
        } else {
            isBinary = false
        }
        hiddenActivations = recipe.activations.map(\.traits.kernel)
        slope = Float(recipe.leakySlope)
        normalizer = Normalizer(
            network, parameters: parameters, rows: rows, isTraining: isTraining, exchange: exchange, kernels: kernels)
        features = plan.featureRoom(rows: rows, kernels: kernels)
        hidden = plan.hiddenRoom(rows: rows, kernels: kernels)
    }

    /// Creates a pass for evaluation and prediction.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - recipe: The recipe, for activations, loss and precision.
    ///   - task: The task of the data set.
    ///   - rows: The largest number of rows that are in use at once.
    ///   - density: The density of the features; `nil` means that they have no zeros.
    ///   - kernels: The kernels to compute with.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, density: FeatureDensity?, kernels: KernelTable
    ) {
        self.init(
            network: network, recipe: recipe, task: task, rows: rows,
            plan: StepPlan(network, recipe: recipe, density: density, threads: 1, kernels: kernels), kernels: kernels)
    }

    /// Returns the same network with parameters and running statistics of its own. Both share the memory for rows, so only
    /// one of them can be in use at a time.
    func withOwnParameters() -> ForwardPass {
        var pass = self
        pass.parameters = PackedParameters(parameters.layout)
        if pairedWeights != nil { pass.pairedWeights = PairedWeights(parameters.layout, kernels: kernels) }
        pass.normalizer = normalizer?.withOwnStatistics(parameters: pass.parameters)
        return pass
    }

    /// Returns the same network with memory of its own for some rows, for predictions. Parameters and running
    /// statistics are shared; several passes that share them may be in use at the same time, because they only read
    /// them.
    func withOwnRows(_ rows: Int) -> ForwardPass {
        var pass = self
        pass.activations = Activations(widths: network.widths, rows: rows, panelWidth: kernels.panelWidth)
        pass.features = plan.featureRoom(rows: rows, kernels: kernels)
        pass.hidden = plan.hiddenRoom(rows: rows, kernels: kernels)
        return pass
    }

    /// Returns the same pass, which shares all memory, with another plan. Its forms must not need more memory.
    func planned(by plan: StepPlan) -> ForwardPass {
        var pass = self
        pass.plan = plan
        return pass
    }

    /// Returns the same pass with another plan. It shares all memory but that which only the new plan needs.
    func replanned(by plan: StepPlan) -> ForwardPass {
        var pass = planned(by: plan)
        pass.features = features.room(for: plan.featureMatrices, blockWidth: plan.featureBlockWidth)
        pass.hidden = hidden.room(for: plan.hiddenMatrices)
        return pass
    }

    /// Returns the same pass with the plan and the memory for rows of another pass over the same network.
    func planned(as other: ForwardPass) -> ForwardPass {
        var pass = planned(by: other.plan)
        pass.features = other.features
        pass.hidden = other.hidden
        return pass
    }

    /// Loads parameters in the public layout.
    func load(_ parameters: Parameters) {
        self.parameters.load(parameters)
        normalizer?.load(parameters)
        for (index, layer) in self.parameters.layout.layers.enumerated() {
            pairedWeights?.refresh(
                self.parameters, layer: index, panels: 0..<layer.panels, inputs: 0..<layer.inputs)
        }
    }

    /// A copy of the parameters in the public layout, with running statistics.
    var snapshot: Parameters {
        var parameters = self.parameters.unpacked()
        normalizer?.addRunning(to: &parameters)
        return parameters
    }

    /// The outputs of the last layer, before softmax.
    var outputs: PanelMatrix { activations[network.layerCount] }

    // MARK: - The layers

    /// Gathers rows of a data set in the form that the first layer reads.
    ///
    /// - Parameters:
    ///   - split: The features of the data set.
    ///   - indices: The data set's row for each row of the pass.
    ///   - rows: The rows of the pass to gather.
    ///   - readers: The rows of the product that reads them; `nil` means the same rows.
    ///   - dropout: The dropout of the features, if any.
    func gather(
        _ split: Features, indices: UnsafePointer<Int32>, rows: Range<Int>, readers: Range<Int>? = nil,
        dropout: Dropout? = nil
    ) {
        let form = plan.layers[0].inputForm
        switch (split, form) {
        case (.u8(let bytes, let scale), .lists) where dropout == nil:
            _ = kernels.gatherSparseBytes(
                bytes, scale: scale, indices: indices, to: features.lists(width: network.inputs), rows: rows)
            return
        case (.f32(let values), .lists) where dropout == nil:
            _ = kernels.gatherSparseFloats(
                values, indices: indices, to: features.lists(width: network.inputs), rows: rows)
            return
        case (.u8(let bytes, let scale), _):
            kernels.gatherBytes(bytes, scale: scale, indices: indices, to: activations[0], rows: rows)
        case (.f32(let values), _):
            kernels.gatherFloats(values, indices: indices, to: activations[0], rows: rows)
        }
        if let dropout { kernels.dropout(activations[0], rows: rows, dropout) }
        features.pack(
            form, of: activations[0], MatrixPart(rows: rows, columns: 0..<network.inputs), readers: readers ?? rows)
    }

    /// Brings a part of the input of a hidden layer into the form that its product reads. The features are gathered in
    /// that form.
    ///
    /// - Parameters:
    ///   - layer: The layer.
    ///   - part: The part of its input.
    ///   - readers: The rows of the product that reads the part.
    func packInput(of layer: LayerPlan, _ part: MatrixPart, readers: Range<Int>) {
        if layer.index > 0 {
            hidden.pack(layer.inputForm, of: activations[layer.index], part, readers: readers)
        }
    }

    /// Makes a part of a layer's outputs: X·Wᵀ + b, then the activation unless a normalization comes before it. The last
    /// layer has no activation.
    ///
    /// - Parameters:
    ///   - layer: The layer; its input is packed.
    ///   - part: The part of the outputs to make.
    ///   - dropout: The dropout of the outputs, if any.
    ///   - derivative: Where the derivative of the activation is stored, if at all.
    func makeOutputs(
        of layer: LayerPlan, _ part: MatrixPart, dropout: Dropout? = nil, derivative: PanelMatrix? = nil
    ) {
        kernels.product(
            productArguments(
                of: layer, part, input: input(of: layer, rows: part.rows), output: activations[layer.index + 1],
                dropout: dropout,
                derivative: derivative))
    }

    /// Returns the arguments of the product that makes a part of a layer's outputs; see `makeOutputs`.
    ///
    /// - Parameters:
    ///   - layer: The layer.
    ///   - part: The part of the outputs to make.
    ///   - input: The layer's input in the form that the product reads.
    ///   - output: The layer's outputs.
    ///   - dropout: The dropout of the outputs, if any.
    ///   - derivative: Where the derivative of the activation is stored, if at all.
    func productArguments(
        of layer: LayerPlan, _ part: MatrixPart, input: ProductInput, output: PanelMatrix, dropout: Dropout? = nil,
        derivative: PanelMatrix? = nil
    ) -> ProductArguments {
        let place = parameters.layout.layers[layer.index]
        let panels = part.columns.panels(width: kernels.panelWidth)
        let weights = pairedWeights?.base(layer.index) ?? UnsafePointer(parameters.base + place.weights)
        let stride = pairedWeights?.panelStride(layer.index) ?? place.panelStride
        return ProductArguments(
            precision: plan.precision, input: input, output: output.part(panels, panelWidth: kernels.panelWidth),
            weights: weights + panels.lowerBound * stride, weightPanelStride: stride,
            initial: parameters.base + place.biases + part.columns.lowerBound, rows: part.rows,
            epilogue: layer.isNormalized
                ? Epilogue(activation: .identity, slope: 0)
                : epilogue(
                    layer.index, dropout: dropout?.from(part.columns.lowerBound),
                    derivative: derivative?.part(panels, panelWidth: kernels.panelWidth)))
    }

    /// Returns the operand that a layer's product of some rows reads.
    private func input(of layer: LayerPlan, rows: Range<Int>) -> ProductInput {
        (layer.index == 0 ? features : hidden)
            .operand(layer.inputForm, of: activations[layer.index], readers: rows)
    }

    /// Returns the number of multiply-adds that a layer's forward product takes for each of its outputs, for a profile.
    func multiplyAdds(of layer: LayerPlan, rows: Range<Int>) -> Int {
        (layer.index == 0 ? features : hidden)
            .multiplyAdds(layer.inputForm, of: activations[layer.index], rows: rows)
    }

    /// Returns what follows on the sums of a layer, or on their normalization: its activation and dropout. The last layer
    /// has neither.
    func epilogue(_ index: Int, dropout: Dropout? = nil, derivative: PanelMatrix? = nil) -> Epilogue {
        Epilogue(
            activation: index < hiddenActivations.count ? hiddenActivations[index] : .identity, slope: slope,
            storedDerivative: derivative?.base, dropout: dropout)
    }

    /// Returns what follows on a backward product that makes the gradient of a hidden layer's outputs: the multiplication
    /// by the derivative of its activation.
    ///
    /// - Parameters:
    ///   - index: The position of the hidden layer.
    ///   - derivative: The derivative, if it was stored, or else the outputs, from which it follows.
    ///   - dropout: The dropout of the outputs, if any.
    func backwardEpilogue(_ index: Int, derivative: PanelMatrix, dropout: Dropout?) -> Epilogue {
        Epilogue(
            activation: hiddenActivations[index], slope: slope, derivativeAt: UnsafePointer(derivative.base),
            dropout: dropout)
    }

    /// Takes rows through all layers without dropout. Batch normalization uses its running statistics.
    func run(rows: Range<Int>) {
        for layer in plan.layers {
            packInput(of: layer, MatrixPart(rows: rows, columns: 0..<layer.inputs), readers: rows)
            makeOutputs(of: layer, MatrixPart(rows: rows, columns: 0..<layer.outputs))
            if layer.isNormalized {
                normalizer?.evaluate(layer.index, activations[layer.index + 1], rows: rows, epilogue(layer.index))
            }
        }
    }

    // MARK: - The outputs

    /// Computes the loss of each row, and puts its gradient in place of the outputs.
    ///
    /// - Parameters:
    ///   - rows: The rows.
    ///   - scale: The factor of the gradient: 1 / rows of the minibatch for the gradient of a mean.
    ///   - weights: The weight of each row; `nil` means that all rows count alike.
    ///   - smoothing: The share of label smoothing.
    func computeLoss(rows: Range<Int>, scale: Float, weights: UnsafePointer<Float>? = nil, smoothing: Float = 0) {
        kernels.loss(
            LossArguments(
                loss, outputs: outputs, labels: targets.labelBase, targets: targets.valueBase, weights: weights,
                losses: targets.lossBase, scale: scale, smoothing: smoothing, delta: huberDelta,
                rows: rows))
    }

    /// Turns the outputs of rows into predictions, such as probabilities; see `Loss`.
    func turnToPredictions(rows: Range<Int>) {
        kernels.predictions(outputs, loss: loss, rows: rows)
    }

    /// Returns an element of the outputs. A zero is +0, whichever form the product read.
    func output(row: Int, column: Int) -> Float {
        let matrix = outputs
        return matrix.base[
            (column / kernels.panelWidth) * matrix.panelStride + row * kernels.panelWidth
                + column % kernels.panelWidth] + 0
    }

    /// Returns the class that a row's outputs predict, before they are turned to predictions: the class of the largest
    /// output, and the first one among equals.
    func bestClass(row: Int) -> Int {
        if isBinary { return output(row: row, column: 0) > 0 ? 1 : 0 }
        var best = 0
        for column in 1..<network.outputs where output(row: row, column: column) > output(row: row, column: best) {
            best = column
        }
        return best
    }
}

extension Dropout {
    /// Returns the dropout of the columns from `unit` on.
    func from(_ unit: Int) -> Dropout {
        var dropout = self
        dropout.firstUnit += UInt32(unit)
        return dropout
    }
}
