import KernelTypes

/// The plans of a network's step that give the same bits, and the plan that the constants choose among them.
///
/// All plans are equal in bits by rules 1 and 4 of the numeric contract (ARCHITECTURE.md). A form with lists leaves out
/// links with a factor 0, which change nothing unless the other factor is infinite or NaN. Such a run ends as diverged in
/// every plan, though perhaps after another step, with one exception: clipping by value makes an infinite gradient finite.
/// With it, the form of a weight gradient is not to be chosen by measurement (`measuresGradients`).
struct PlanSpace: Sendable {
    let network: Network
    let recipe: Recipe
    let threads: Int
    let kernels: KernelTable

    private var precision: KernelPrecision { recipe.kernelPrecision }

    // MARK: - The choices of the constants

    /// Returns the choices that the constants make.
    ///
    /// - Parameter density: The density of the features; `nil` means that they have no zeros.
    func constants(_ density: FeatureDensity?) -> PlanChoices {
        let panelLayers = DivisionByPanels.layers(of: network, recipe: recipe, threads: threads, kernels: kernels)
        let firstPanels = firstPanels(panelLayers)
        let forms = OperandForms(network: network, recipe: recipe, density: density, kernels: kernels)
        return PlanChoices(
            panelLayers: panelLayers, featureBlockWidth: SparsePlan.featureBlockWidth(panels: firstPanels),
            layers: (0..<network.layerCount).map { index in
                PlanChoices.Layer(
                    input: forms.input(index), delta: forms.delta(index),
                    gradient: forms.gradient(index, firstPanels: firstPanels, isByPanels: index < panelLayers),
                    inputsPerBlock: GradientPlan.inputsPerBlock)
            })
    }

    /// Returns the number of panels that a member makes of the first layer's outputs.
    private func firstPanels(_ panelLayers: Int) -> Int {
        panelLayers == 0
            ? (network.widths[1] + kernels.panelWidth - 1) / kernels.panelWidth
            : DivisionByPanels.maxPanels(of: network.widths[1], threads: threads, kernels: kernels)
    }

    /// Returns the gradient of the first layer from lists that the constants choose.
    func featureGradient(_ panelLayers: Int) -> GradientForm {
        OperandForms.listedGradient(firstPanels: firstPanels(panelLayers), precision)
    }

    // MARK: - All choices

    /// Whether the form of a weight gradient may be chosen by measurement.
    var measuresGradients: Bool { recipe.clipValue == nil }

    /// Returns whether a plan can be made from some choices, which may come from a file.
    func contains(_ choices: PlanChoices) -> Bool {
        choices.layers.count == network.layerCount && panelLayers.contains(choices.panelLayers)
            && PlanSpace.blockWidths.contains(choices.featureBlockWidth)
            && choices.layers.indices.allSatisfy { index in
                let layer = choices.layers[index]
                return inputForms(index).contains(layer.input) && deltaForms(index).contains(layer.delta)
                    && gradientForms(index, choices).contains(layer.gradient)
                    && PlanSpace.blockWidths.contains(layer.inputsPerBlock)
            }
    }

    /// The widths of blocks to choose from: multiples of every panel width, for which `GradientScratch` has room.
    static let blockWidths = [SparsePlan.blockWidth, 2 * SparsePlan.blockWidth]

    /// The numbers of layers that may be divided by panels. Each member needs a block of lists of the outputs.
    var panelLayers: ClosedRange<Int> {
        0...DivisionByPanels.maxLayers(of: network, threads: threads)
    }

    /// Returns the forms in which a layer's forward product may read its input.
    func inputForms(_ layer: Int) -> [OperandForm] {
        switch precision {
        case .f32: [.numbers, .lists]
        // Parts of a hidden matrix that members pack may start within a block of listed pairs.
        case .bf16, .bf16Tiles: layer == 0 ? [.pairs, .listedPairs] : [.pairs]
        }
    }

    /// Returns the forms in which a layer's backward product may read the gradient of its sums.
    func deltaForms(_ layer: Int) -> [OperandForm] { precision == .f32 ? [.numbers, .lists] : [.pairs] }

    /// Returns the ways in which a layer's weight gradient may be made, given the other choices.
    func gradientForms(_ layer: Int, _ choices: PlanChoices) -> [GradientForm] {
        guard layer == 0 else {
            // Lists of hidden columns are made from numbers, which bf16 keeps in pairs.
            guard precision == .f32 else { return [.dense] }
            return layer < choices.panelLayers ? [.dense, .columns, .sharedColumns] : [.dense, .columns]
        }
        // In single precision features are gathered either as numbers or as lists.
        switch choices.layers[0].input {
        case .numbers: return [.dense]
        case .lists: return [.columns, .outerProducts]
        case .pairs, .listedPairs:
            // Outer products have no order of tiles.
            return precision == .bf16Tiles ? [.dense, .columns] : [.dense, .columns, .outerProducts]
        }
    }
}
