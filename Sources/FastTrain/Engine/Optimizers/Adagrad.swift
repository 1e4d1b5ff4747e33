import KernelTypes

/// Adagrad (Duchi, Hazan & Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011), as
/// PyTorch's `torch.optim.Adagrad` defines it, with sums that start at 0:
///
///     g ← g + λ w
///     v ← v + g²
///     w ← w − η g / (√v + ε)
///
/// The kernel is RMSprop's, with factors of 1.
struct Adagrad: MinibatchOptimizer {
    static var settings: [PartialKeyPath<Recipe>] { [\.epsilon] }

    static func learningRates(trainRows: Int) -> ClosedRange<Double> { 3e-3...0.1 }

    static func memories(_ recipe: Recipe) -> [String] { ["sum"] }

    static func description(_ recipe: Recipe) -> [String] { ["epsilon \(Format.setting(recipe.epsilon))"] }

    private let epsilon: Float
    private let weightDecay: Float

    init(_ recipe: Recipe, convention: OptimizerConvention) {
        epsilon = Float(recipe.epsilon)
        weightDecay = Float(recipe.weightDecay)
    }

    func update(step number: Int, learningRate: Double) -> any ParameterUpdate {
        SquareStep(
            learningRate: Float(learningRate), decay: 1, rate: 1, epsilon: epsilon, weightDecay: weightDecay)
    }
}
