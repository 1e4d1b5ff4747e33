import KernelTypes

/// Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023), with decoupled weight decay:
///
///     w ← (1 − η λ) w
///     w ← w − η sign(β₁ m + (1 − β₁) g)
///     m ← β₂ m + (1 − β₂) g
struct Lion: MinibatchOptimizer {
    static var settings: [PartialKeyPath<Recipe>] { [\.beta1, \.beta2] }

    static func learningRates(trainRows: Int) -> ClosedRange<Double> { 3e-5...1e-3 }

    static func memories(_ recipe: Recipe) -> [String] { ["exp_avg"] }

    static func description(_ recipe: Recipe) -> [String] {
        ["betas \(Format.setting(recipe.beta1)) and \(Format.setting(recipe.beta2 ?? defaultBeta2))"]
    }

    private let beta1: Double
    private let beta2: Double
    private let weightDecay: Double

    init(_ recipe: Recipe, convention: OptimizerConvention) {
        beta1 = recipe.beta1
        beta2 = recipe.beta2 ?? Self.defaultBeta2
        weightDecay = recipe.weightDecay
    }

    func update(step number: Int, learningRate: Double) -> any ParameterUpdate {
        LionStep(
            learningRate: Float(learningRate), directionRate: Float(1 - beta1), momentumRate: Float(1 - beta2),
            shrink: Float(1 - learningRate * weightDecay))
    }
}

extension LionStep: ParameterUpdate {
    func apply(to slice: ParameterSlice, _ memories: OptimizerMemories, _ kernels: KernelTable) {
        kernels.updateLion(
            weights: slice.parameters, gradient: slice.gradient, momentum: memories[0, slice], count: slice.count, self)
    }

    /// Returns the step itself: `Recipe.validate` refuses `alpha` for Lion, which takes the gradient's sign alone.
    func adding(decay: Float) -> LionStep { self }
}
