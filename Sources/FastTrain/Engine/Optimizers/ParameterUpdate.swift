import KernelTypes

/// The coefficients of one step of an optimizer, and the update of parameters by them.
protocol ParameterUpdate: Sendable {
    /// Updates a slice of the parameters and of the optimizer's memories.
    func apply(to slice: ParameterSlice, _ memories: OptimizerMemories, _ kernels: KernelTable)

    /// Returns the update with `decay` added to the weight decay in the gradient: that of `Recipe.alpha`.
    func adding(decay: Float) -> Self
}
