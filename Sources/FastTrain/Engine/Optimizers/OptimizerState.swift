import KernelTypes

/// An optimizer's memory, and its update of a slice of the parameters.
struct OptimizerState: Sendable {
    private let recipe: Recipe
    private let kernels: KernelTable
    /// By PyTorch's names, in the order that the kernel takes them.
    let memories: [(name: String, values: PackedParameters)]
    /// Of the weights' gradients before they are used, and of all others'; nil: nothing.
    private let weightAdjustment: GradientAdjustment?
    private let otherAdjustment: GradientAdjustment?

    init(recipe: Recipe, layout: PackedLayout, kernels: KernelTable) {
        self.recipe = recipe
        self.kernels = kernels
        // Those of lbfgs are its own.
        memories = recipe.optimizer == .lbfgs ? [] : recipe.optimizerState.map { ($0, PackedParameters(layout)) }
        let limit = recipe.clipValue.map { GradientAdjustment(limit: Float($0)) }
        otherAdjustment = limit
        weightAdjustment =
            recipe.l1 > 0
            ? GradientAdjustment(l1: Float(recipe.l1), limit: limit?.limit ?? .infinity) : limit
    }

    /// The numbers of one step.
    struct Step {
        let numbers: Numbers
        /// See `ParameterAverage`.
        let averageRate: Float
    }

    /// Those of the optimizer.
    enum Numbers {
        case sgd(SGDStep)
        case adam(AdamStep)
        case squares(SquareStep)
        case lion(LionStep)
    }

    /// `step` counts from 1.
    func step(_ step: Int, learningRate: Double) -> Step {
        Step(
            numbers: numbers(step, learningRate: learningRate),
            averageRate: ParameterAverage.rate(recipe, step: step))
    }

    private func numbers(_ step: Int, learningRate: Double) -> Numbers {
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
        case .lbfgs: preconditionFailure("lbfgs has no updates by a gradient alone")
        case .lion:
            return .lion(
                LionStep(
                    learningRate: Float(learningRate), directionRate: Float(1 - recipe.beta1),
                    momentumRate: Float(1 - beta2), shrink: Float(1 - learningRate * recipe.weightDecay)))
        }
    }

    /// Adds L1 to a slice's gradient, and clips it by value.
    func adjust(_ gradient: UnsafeMutablePointer<Float>, of parameters: PackedParameters, _ slice: PackedLayout.Slice) {
        guard let adjustment = slice.areWeights ? weightAdjustment : otherAdjustment else { return }
        kernels.adjustGradient(
            gradient: gradient, weights: parameters.base + slice.offset, count: slice.count, adjustment)
    }

    /// Multiplies a slice's gradient.
    func scale(
        _ gradient: UnsafeMutablePointer<Float>, of parameters: PackedParameters, _ slice: PackedLayout.Slice,
        by factor: Float
    ) {
        kernels.adjustGradient(
            gradient: gradient, weights: parameters.base + slice.offset, count: slice.count,
            GradientAdjustment(scale: factor))
    }

    /// Updates a slice of the parameters.
    func update(
        _ parameters: PackedParameters, gradient: UnsafePointer<Float>, _ slice: PackedLayout.Slice, _ step: Step
    ) {
        let (offset, count) = (slice.offset, slice.count)
        let weights = parameters.base + offset
        switch step.numbers {
        case .sgd(let step):
            kernels.updateSGD(
                weights: weights, gradient: gradient, momentum: memories.first.map { $0.values.base + offset },
                count: count, step)
        case .adam(let step):
            kernels.updateAdam(
                weights: weights, gradient: gradient, mean: memories[0].values.base + offset,
                square: memories[1].values.base + offset, count: count, step)
        case .squares(let step):
            kernels.updateBySquares(
                weights: weights, gradient: gradient, square: memories[0].values.base + offset, count: count, step)
        case .lion(let step):
            kernels.updateLion(
                weights: weights, gradient: gradient, momentum: memories[0].values.base + offset, count: count, step)
        }
    }
}
