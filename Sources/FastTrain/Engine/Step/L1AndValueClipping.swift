import KernelTypes

/// The changes of a gradient before an optimizer uses it: the subgradient of the L1 penalty is added to that of the weights,
/// then each element is clipped to a magnitude (`Recipe.l1`, `Recipe.clipValue`).
struct L1AndValueClipping: Sendable {
    private let kernels: KernelTable
    /// The change of the weights' gradient; `nil` means none.
    private let weights: GradientAdjustment?
    /// The change of all other gradients, which have no L1 penalty; `nil` means none.
    private let others: GradientAdjustment?

    /// Creates the changes that a recipe asks for.
    init(_ recipe: Recipe, kernels: KernelTable) {
        self.kernels = kernels
        let limit = recipe.clipValue.map(Float.init)
        others = limit.map { GradientAdjustment(limit: $0) }
        weights =
            recipe.l1 > 0 ? GradientAdjustment(l1: Float(recipe.l1), limit: limit ?? .infinity) : others
    }

    /// Changes the gradient of a slice in place.
    func apply(to gradient: UnsafeMutablePointer<Float>, of parameters: PackedParameters, _ slice: PackedLayout.Slice) {
        guard let adjustment = slice.areWeights ? weights : others else { return }
        kernels.adjustGradient(
            gradient: gradient, weights: parameters.base + slice.offset, count: slice.count, adjustment)
    }
}
