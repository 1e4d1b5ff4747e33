import KernelTypes

/// How a step treats each layer of a network; made once, before the first step.
///
/// The plan follows from the shapes, the density of the features and the number of threads. It influences the speed only:
/// no number that a model or a checkpoint holds depends on it.
struct StepPlan: Sendable {
    /// The plan of each layer, the first layer first.
    let layers: [LayerPlan]
    /// The number of columns in a block of the features' lists.
    let featureBlockWidth: Int
    /// The precision of the products' factors.
    let precision: KernelPrecision
    /// Whether the last layer is divided by panels, so that its outputs change hands before the loss.
    let endsByPanels: Bool

    /// Creates the plan of a network.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - recipe: The recipe, for activations and precision.
    ///   - density: The density of the features; `nil` means that they have no zeros.
    ///   - threads: The number of members of the team. Layers are divided by panels for a team of two or more only.
    ///   - kernels: The kernels, for their panel width.
    init(_ network: Network, recipe: Recipe, density: FeatureDensity?, threads: Int, kernels: KernelTable) {
        let precision = recipe.kernelPrecision
        let byPanels = DivisionByPanels.layers(of: network, recipe: recipe, threads: threads, kernels: kernels)
        let firstPanels =
            byPanels == 0
            ? (network.widths[1] + kernels.panelWidth - 1) / kernels.panelWidth
            : DivisionByPanels.mostPanels(of: network.widths[1], threads: threads, kernels: kernels)
        let forms = OperandForms(network: network, recipe: recipe, density: density, kernels: kernels)
        func division(_ index: Int) -> LayerPlan.Division { index < byPanels ? .panels : .rows }
        layers = (0..<network.layerCount).map { index in
            LayerPlan(
                index: index, inputs: network.widths[index], outputs: network.widths[index + 1],
                inputDivision: index == 0 ? .rows : division(index - 1), division: division(index),
                deltaDivision: division(index + 1), inputForm: forms.input(index), deltaForm: forms.delta(index),
                gradientForm: forms.gradient(index, firstPanels: firstPanels, isByPanels: index < byPanels),
                hasPacking: index > 0 || precision.isPaired, isNormalized: network.isNormalized(index),
                storesDerivative: index < recipe.activations.count
                    && recipe.activations[index].traits.storesDerivative)
        }
        featureBlockWidth = SparsePlan.featureBlockWidth(panels: firstPanels)
        endsByPanels = byPanels == network.layerCount
        self.precision = precision
    }

    /// Returns memory for the features in the form that the first layer reads.
    func featureRoom(rows: Int, kernels: KernelTable) -> OperandRoom {
        OperandRoom(
            rows: rows, for: [(layers[0].inputs, layers[0].inputForm)], blockWidth: featureBlockWidth, kernels: kernels)
    }

    /// Returns memory for a hidden layer's outputs or their gradient in the form that its next product reads.
    func hiddenRoom(rows: Int, kernels: KernelTable) -> OperandRoom {
        OperandRoom(
            rows: rows, for: layers.dropFirst().flatMap { [($0.inputs, $0.inputForm), ($0.outputs, $0.deltaForm)] },
            kernels: kernels)
    }
}
