import KernelTypes

/// The rules for the form in which each product reads its operands, by the density of the features and by what is known
/// about the outputs of ReLU.
struct OperandForms {
    private let network: Network
    private let recipe: Recipe
    private let kernels: KernelTable
    private let features: OperandForm
    /// Whether the first layer's weight gradient reads lists of the features' rows, or in bf16 of their pairs.
    private let gradientListsFeatures: Bool

    /// Creates the rules for a network.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - recipe: The recipe, for activations and precision.
    ///   - density: The density of the features; `nil` means that they have no zeros.
    ///   - kernels: The kernels, for their panel width.
    init(network: Network, recipe: Recipe, density: FeatureDensity?, kernels: KernelTable) {
        self.network = network
        self.recipe = recipe
        self.kernels = kernels
        let precision = recipe.kernelPrecision
        let isWorthLists = SparsePlan.isWorthLists(outputs: network.widths[1], kernels)
        let densest = SparsePlan.densest(precision, kernels)
        let isListed = isWorthLists && (density?.alongColumns(precision) ?? 1) <= densest
        if precision.isPaired {
            features = isListed ? .listedPairs : .pairs
            let rows = density?.alongRows(precision) ?? [1]
            gradientListsFeatures = isWorthLists && rows.reduce(0, +) / Double(rows.count) <= densest
        } else {
            features = isListed ? .lists : .numbers
            gradientListsFeatures = isListed
        }
    }

    /// Returns the form in which a layer's forward product reads its input. In bf16 the outputs of ReLU are not listed:
    /// three of four pairs are not zero.
    func input(_ layer: Int) -> OperandForm {
        if layer == 0 { return features }
        if recipe.precision == .bf16 { return .pairs }
        return isListed(layer - 1, columns: network.widths[layer + 1]) ? .lists : .numbers
    }

    /// Returns the form in which a layer's backward product reads the gradient of its sums. It is zero wherever the output
    /// of ReLU is, except in the last layer and where a normalization stands between the sums and ReLU.
    func delta(_ layer: Int) -> OperandForm {
        if recipe.precision == .bf16 { return .pairs }
        guard layer < network.layerCount - 1, !network.isNormalized(layer) else { return .numbers }
        return isListed(layer, columns: network.widths[layer]) ? .lists : .numbers
    }

    /// Returns the way in which a layer's weight gradient is made.
    ///
    /// - Parameters:
    ///   - layer: The position of the layer.
    ///   - firstPanels: The number of panels that a member makes of the first layer's outputs.
    ///   - isByPanels: Whether the members divide the layer by panels.
    func gradient(_ layer: Int, firstPanels: Int, isByPanels: Bool) -> GradientForm {
        if layer == 0 {
            guard gradientListsFeatures else { return .dense }
            return Self.listedGradient(firstPanels: firstPanels, recipe.kernelPrecision)
        }
        guard input(layer) == .lists else { return .dense }
        return Self.listedGradient(isByPanels: isByPanels)
    }

    /// Returns the way in which the first layer's weight gradient is made from lists of the features.
    static func listedGradient(firstPanels: Int, _ precision: KernelPrecision) -> GradientForm {
        precision != .bf16Tiles && firstPanels <= SparsePlan.maxOuterPanels ? .outerProducts : .columns
    }

    /// Returns the way in which a hidden layer's weight gradient is made from lists of columns: members who divide the layer
    /// by panels share the lists.
    static func listedGradient(isByPanels: Bool) -> GradientForm { isByPanels ? .sharedColumns : .columns }

    /// Whether the outputs of a layer are ReLU's and are listed for a product that makes the given number of columns.
    private func isListed(_ layer: Int, columns: Int) -> Bool {
        recipe.activations[layer] == .relu && SparsePlan.isWorthLists(outputs: columns, kernels)
    }
}
