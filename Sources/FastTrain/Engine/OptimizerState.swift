import KernelDispatch
import KernelTypes

/// An optimizer's memory, and its update of a slice of the parameters.
struct OptimizerState: Sendable {
    private let recipe: Recipe
    private let kernels: KernelTable
    /// By PyTorch's names, in the order that the kernel takes them.
    let memories: [(name: String, values: PackedParameters)]

    init(recipe: Recipe, layout: PackedLayout, kernels: KernelTable) {
        self.recipe = recipe
        self.kernels = kernels
        memories = recipe.optimizerState.map { ($0, PackedParameters(layout)) }
    }

    /// The numbers of one step; `step` counts from 1.
    enum Step {
        case sgd(SGDStep)
        case adam(AdamStep)
        case squares(SquareStep)
        case lion(LionStep)
    }

    func step(_ step: Int, learningRate: Double) -> Step {
        let beta2 = recipe.beta2 ?? recipe.optimizer.defaultBeta2
        switch recipe.optimizer {
        case .sgd:
            return .sgd(
                SGDStep(
                    learningRate: Float(learningRate), momentum: Float(recipe.momentum), nesterov: recipe.nesterov,
                    weightDecay: Float(recipe.weightDecay)))
        case .adam, .adamw:
            let isDecoupled = recipe.optimizer == .adamw
            return .adam(
                AdamStep(
                    stepSize: Float(learningRate / (1 - power(recipe.beta1, step))),
                    meanRate: Float(1 - recipe.beta1), squareDecay: Float(beta2),
                    squareRate: Float(1 - beta2),
                    squareScale: Float(1 / (1 - power(beta2, step)).squareRoot()),
                    epsilon: Float(recipe.epsilon),
                    weightDecay: isDecoupled ? 0 : Float(recipe.weightDecay),
                    shrink: isDecoupled ? Float(1 - learningRate * recipe.weightDecay) : 1))
        case .rmsprop, .adagrad:
            let decays = recipe.optimizer == .rmsprop
            return .squares(
                SquareStep(
                    learningRate: Float(learningRate), decay: decays ? Float(beta2) : 1,
                    rate: decays ? Float(1 - beta2) : 1, epsilon: Float(recipe.epsilon),
                    weightDecay: Float(recipe.weightDecay)))
        case .lion:
            return .lion(
                LionStep(
                    learningRate: Float(learningRate), directionRate: Float(1 - recipe.beta1),
                    momentumRate: Float(1 - beta2), shrink: Float(1 - learningRate * recipe.weightDecay)))
        }
    }

    /// Updates `count` parameters from `offset` on, in the packed layout; `count` is a multiple of 16.
    func update(
        _ parameters: PackedParameters, gradient: UnsafePointer<Float>, offset: Int, count: Int, _ step: Step
    ) {
        let weights = parameters.base + offset
        switch step {
        case .sgd(let step):
            kernels.updateSGD(weights, gradient, memories.first.map { $0.values.base + offset }, count, step)
        case .adam(let step):
            kernels.updateAdam(
                weights, gradient, memories[0].values.base + offset, memories[1].values.base + offset, count, step)
        case .squares(let step):
            kernels.updateBySquares(weights, gradient, memories[0].values.base + offset, count, step)
        case .lion(let step):
            kernels.updateLion(weights, gradient, memories[0].values.base + offset, count, step)
        }
    }
}
