import KernelTypes

/// The decisions of a step's plan among ways that give the same bits.
///
/// `PlanSpace` says which choices a network has, and makes those of the constants.
package struct PlanChoices: Sendable, Equatable {
    /// The number of layers, counted from the first, that are divided by panels: none, one or two.
    package var panelLayers: Int
    /// The number of columns in a block of the features' lists.
    package var featureBlockWidth: Int
    /// The choices of each layer, the first layer first.
    package var layers: [Layer]

    /// The choices of one layer.
    package struct Layer: Sendable, Equatable {
        /// The form in which the forward product reads the layer's input.
        package var input: OperandForm
        /// The form in which the backward product reads the gradient of the layer's sums.
        package var delta: OperandForm
        /// The way in which the weight gradient is made.
        package var gradient: GradientForm
        /// The number of inputs of a block of the weight gradient, or an upper bound of it for lists of columns. Outer
        /// products have blocks of `featureBlockWidth` inputs instead.
        package var inputsPerBlock: Int
    }
}
