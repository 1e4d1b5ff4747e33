import KernelTypes

/// RMSprop (Tieleman & Hinton, "Lecture 6.5 – RMSProp", COURSERA: Neural Networks for Machine Learning, 2012), as PyTorch's
/// `torch.optim.RMSprop` defines it, without momentum and centering:
///
///     g ← g + λ w
///     v ← β₂ v + (1 − β₂) g²
///     w ← w − η g / (√v + ε)
struct RMSprop: MinibatchOptimizer {
    static var settings: [PartialKeyPath<Recipe>] { [\.beta2, \.epsilon] }

    static func learningRates(trainRows: Int) -> ClosedRange<Double> { 3e-4...(trainRows >= 10_000 ? 3e-3 : 6e-3) }

    static func memories(_ recipe: Recipe) -> [String] { ["square_avg"] }

    static func description(_ recipe: Recipe) -> [String] {
        let beta2 = Format.setting(recipe.beta2 ?? defaultBeta2)
        return ["decay \(beta2)", "epsilon \(Format.setting(recipe.epsilon))"]
    }

    private let beta2: Double
    private let epsilon: Float
    private let weightDecay: Float

    init(_ recipe: Recipe, convention: OptimizerConvention) {
        beta2 = recipe.beta2 ?? Self.defaultBeta2
        epsilon = Float(recipe.epsilon)
        weightDecay = Float(recipe.weightDecay)
    }

    func update(step number: Int, learningRate: Double) -> any ParameterUpdate {
        SquareStep(
            learningRate: Float(learningRate), decay: Float(beta2), rate: Float(1 - beta2), epsilon: epsilon,
            weightDecay: weightDecay)
    }
}

/// The update of RMSprop and Adagrad, which differ in the factors of the squares alone.
extension SquareStep: ParameterUpdate {
    func apply(to slice: ParameterSlice, _ memories: OptimizerMemories, _ kernels: KernelTable) {
        kernels.updateBySquares(
            weights: slice.parameters, gradient: slice.gradient, square: memories[0, slice], count: slice.count, self)
    }

    func adding(decay: Float) -> SquareStep {
        var step = self
        step.weightDecay += decay
        return step
    }
}
