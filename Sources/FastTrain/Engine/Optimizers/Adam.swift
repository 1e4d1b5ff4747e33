import KernelTypes

/// Adam (Kingma & Ba, "Adam: A Method for Stochastic Optimization", 2015) and AdamW (Loshchilov & Hutter, "Decoupled Weight
/// Decay Regularization", 2019), as PyTorch's `torch.optim.Adam` and `AdamW` define them. In step t:
///
///     g ← g + λ w                (Adam)
///     w ← (1 − η λ) w            (AdamW)
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     w ← w − η m̂ / (√v̂ + ε)     with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
struct Adam: MinibatchOptimizer {
    static var settings: [PartialKeyPath<Recipe>] { [\.beta1, \.beta2, \.epsilon] }
    static var defaultBeta2: Double { 0.999 }

    static func learningRates(trainRows: Int) -> ClosedRange<Double> { 3e-4...(trainRows >= 10_000 ? 3e-3 : 6e-3) }

    static func memories(_ recipe: Recipe) -> [String] { ["exp_avg", "exp_avg_sq"] }

    static func description(_ recipe: Recipe) -> [String] {
        let beta2 = Format.setting(recipe.beta2 ?? defaultBeta2)
        return ["betas \(Format.setting(recipe.beta1)) and \(beta2)", "epsilon \(Format.setting(recipe.epsilon))"]
    }

    private let beta1: Double
    private let beta2: Double
    private let epsilon: Float
    private let weightDecay: Double
    /// Whether the weight decay shrinks the weights (AdamW), instead of being added to the gradient.
    private let isDecoupled: Bool
    private let convention: OptimizerConvention

    init(_ recipe: Recipe, convention: OptimizerConvention) {
        beta1 = recipe.beta1
        beta2 = recipe.beta2 ?? Self.defaultBeta2
        epsilon = Float(recipe.epsilon)
        weightDecay = recipe.weightDecay
        isDecoupled = recipe.optimizer == .adamw
        self.convention = convention
    }

    func update(step number: Int, learningRate: Double) -> any ParameterUpdate {
        let squareScale = Float(1 / (1 - power(beta2, number)).squareRoot())
        return AdamStep(
            stepSize: Float(learningRate / (1 - power(beta1, number))), meanRate: Float(1 - beta1),
            squareDecay: Float(beta2), squareRate: Float(1 - beta2), squareScale: squareScale,
            epsilon: convention == .scikitLearn ? epsilon * squareScale : epsilon,
            weightDecay: isDecoupled ? 0 : Float(weightDecay),
            shrink: isDecoupled ? Float(1 - learningRate * weightDecay) : 1)
    }
}

extension AdamStep: ParameterUpdate {
    func apply(to slice: ParameterSlice, _ memories: OptimizerMemories, _ kernels: KernelTable) {
        kernels.updateAdam(
            weights: slice.parameters, gradient: slice.gradient, mean: memories[0, slice], square: memories[1, slice],
            count: slice.count, self)
    }

    func adding(decay: Float) -> AdamStep {
        var step = self
        step.weightDecay += decay
        return step
    }
}
