import KernelTypes

/// How a step treats each layer of a network.
///
/// The plan follows from the shapes and from choices among ways that give the same bits: those of the constants, which
/// know the density of the features and the number of threads, or measured ones. It influences the speed only: no number
/// that a model or a checkpoint holds depends on it.
struct StepPlan: Sendable {
    /// The choices that the plan was made from.
    let choices: PlanChoices
    /// The plan of each layer, the first layer first.
    let layers: [LayerPlan]
    /// The precision of the products' factors.
    let precision: KernelPrecision
    /// Whether dense weight gradients are made from their inputs transposed, by products of tiles.
    let transposesInputs: Bool
    /// Whether the last layer is divided by panels, so that its outputs change hands before the loss.
    let endsByPanels: Bool

    /// The number of columns in a block of the features' lists.
    var featureBlockWidth: Int { choices.featureBlockWidth }

    /// Creates the plan of a network that the constants choose.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - recipe: The recipe, for activations and precision.
    ///   - density: The density of the features; `nil` means that they have no zeros.
    ///   - threads: The number of members of the team. Layers are divided by panels for a team of two or more only.
    ///   - kernels: The kernels, for their panel width.
    init(_ network: Network, recipe: Recipe, density: FeatureDensity?, threads: Int, kernels: KernelTable) {
        let space = PlanSpace(network: network, recipe: recipe, threads: threads, kernels: kernels)
        self.init(network, recipe: recipe, space.constants(density), kernels: kernels)
    }

    /// Creates the plan of a network from choices that its `PlanSpace` contains.
    init(_ network: Network, recipe: Recipe, _ choices: PlanChoices, kernels: KernelTable) {
        let precision = recipe.kernelPrecision
        func division(_ index: Int) -> LayerPlan.Division { index < choices.panelLayers ? .panels : .rows }
        layers = choices.layers.enumerated().map { index, layer in
            LayerPlan(
                index: index, inputs: network.widths[index], outputs: network.widths[index + 1],
                inputDivision: index == 0 ? .rows : division(index - 1), division: division(index),
                deltaDivision: division(index + 1), inputForm: layer.input, deltaForm: layer.delta,
                gradientForm: layer.gradient, inputsPerBlock: layer.inputsPerBlock,
                hasPacking: index > 0 || precision.isPaired, isNormalized: network.isNormalized(index),
                storesDerivative: index < recipe.activations.count
                    && recipe.activations[index].traits.storesDerivative)
        }
        endsByPanels = choices.panelLayers == network.layerCount
        self.choices = choices
        self.precision = precision
        transposesInputs = precision == .bf16Tiles && kernels.instructionSet.hasTiles
    }

    /// The columns and the form of the features, which the first layer reads.
    var featureMatrices: [(width: Int, form: OperandForm)] { [(layers[0].inputs, layers[0].inputForm)] }

    /// The columns and the forms of the hidden layers' outputs and their gradients, which take turns in one room.
    var hiddenMatrices: [(width: Int, form: OperandForm)] {
        layers.dropFirst().flatMap { [($0.inputs, $0.inputForm), ($0.outputs, $0.deltaForm)] }
    }

    /// Returns memory for the features in the form that the first layer reads.
    func featureRoom(rows: Int, kernels: KernelTable) -> OperandRoom {
        OperandRoom(rows: rows, for: featureMatrices, blockWidth: featureBlockWidth, kernels: kernels)
    }

    /// Returns memory for a hidden layer's outputs or their gradient in the form that its next product reads.
    func hiddenRoom(rows: Int, kernels: KernelTable) -> OperandRoom {
        OperandRoom(rows: rows, for: hiddenMatrices, kernels: kernels)
    }
}
