import KernelTypes

/// Stochastic gradient descent with momentum, as PyTorch's `torch.optim.SGD` defines it (without dampening):
///
///     g ← g + λ w
///     v ← μ v + g
///     w ← w − η v           or, with Nesterov's look-ahead,
///     w ← w − η (g + μ v)
///
/// λ is the weight decay, μ the momentum. See Sutskever et al., "On the importance of initialization and momentum in deep
/// learning" (2013).
struct SGD: MinibatchOptimizer {
    static var settings: [PartialKeyPath<Recipe>] { [\.momentum, \.nesterov] }

    static func learningRates(trainRows: Int) -> ClosedRange<Double> { 5e-3...0.2 }

    static func memories(_ recipe: Recipe) -> [String] { recipe.momentum > 0 ? ["momentum"] : [] }

    static func description(_ recipe: Recipe) -> [String] {
        guard recipe.momentum > 0 else { return [] }
        return ["\(recipe.nesterov ? "Nesterov " : "")momentum \(Format.setting(recipe.momentum))"]
    }

    private let momentum: Float
    private let nesterov: Bool
    private let weightDecay: Float
    private let convention: OptimizerConvention

    init(_ recipe: Recipe, convention: OptimizerConvention) {
        momentum = Float(recipe.momentum)
        nesterov = recipe.nesterov
        weightDecay = Float(recipe.weightDecay)
        self.convention = convention
    }

    func update(step number: Int, learningRate: Double) -> any ParameterUpdate {
        SGDStep(
            learningRate: Float(learningRate), momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    }

    /// A mean of steps is η times the kernel's mean of gradients. When the rate changes, the gradients change the other way,
    /// so that their product stays the same.
    func memoryFactor(from oldRate: Double, to newRate: Double) -> Float? {
        switch convention {
        case .pyTorch: nil
        case .scikitLearn: Float(oldRate / newRate)
        }
    }
}

extension SGDStep: ParameterUpdate {
    func apply(to slice: ParameterSlice, _ memories: OptimizerMemories, _ kernels: KernelTable) {
        let momentum = memories.count > 0 ? memories[0, slice] : nil
        kernels.updateSGD(
            weights: slice.parameters, gradient: slice.gradient, momentum: momentum, count: slice.count, self)
    }

    func adding(decay: Float) -> SGDStep {
        var step = self
        step.weightDecay += decay
        return step
    }
}
