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
    }

    func step(_ step: Int, learningRate: Double) -> Step {
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
                    meanRate: Float(1 - recipe.beta1), squareDecay: Float(recipe.beta2),
                    squareRate: Float(1 - recipe.beta2),
                    squareScale: Float(1 / (1 - power(recipe.beta2, step)).squareRoot()),
                    epsilon: Float(recipe.epsilon),
                    weightDecay: isDecoupled ? 0 : Float(recipe.weightDecay),
                    shrink: isDecoupled ? Float(1 - learningRate * recipe.weightDecay) : 1))
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
        }
    }
}
