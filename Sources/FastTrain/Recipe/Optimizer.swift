/// The rule that turns gradients into updates of the parameters. Definitions are those of PyTorch's `torch.optim` for all
/// optimizers that it has.
public enum Optimizer: String, Sendable, CaseIterable {
    case sgd, adam, adamw, rmsprop, adagrad
    /// Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023), with decoupled weight decay.
    case lion
    /// Limited-memory BFGS with a line search by the strong Wolfe conditions, on all training rows at once: an epoch is one
    /// iteration. Minibatches, learning rates and schedules do not apply to it. The weight decay is part of the loss that it
    /// minimizes, but not of the losses that are reported.
    case lbfgs

    /// The value of `Recipe.beta2` if none is given.
    public var defaultBeta2: Double { self == .adam || self == .adamw ? 0.999 : 0.99 }
}

extension Optimizer {
    /// Whether an iteration takes all training rows at once, instead of one minibatch after another.
    package var isFullBatch: Bool { self == .lbfgs }

    /// The settings that this optimizer reads and some other optimizer ignores.
    package var settings: Set<PartialKeyPath<Recipe>> {
        switch self {
        case .sgd: Self.minibatchSettings.union([\.momentum, \.nesterov])
        case .adam, .adamw: Self.minibatchSettings.union([\.beta1, \.beta2, \.epsilon])
        case .rmsprop: Self.minibatchSettings.union([\.beta2, \.epsilon])
        case .adagrad: Self.minibatchSettings.union([\.epsilon])
        case .lion: Self.minibatchSettings.union([\.beta1, \.beta2])
        case .lbfgs: [\.historySize, \.gradientTolerance]
        }
    }

    /// The settings of every optimizer that takes minibatches.
    private static var minibatchSettings: Set<PartialKeyPath<Recipe>> {
        [\.learningRate, \.batchSize, \.schedule, \.warmup, \.shuffle]
    }

    /// The learning rates that a search tries on a data set of `trainRows` rows; `nil` for an optimizer without a learning
    /// rate.
    package func learningRateRange(trainRows: Int) -> ClosedRange<Double>? {
        switch self {
        case .adam, .adamw, .rmsprop: 3e-4...(trainRows >= 10_000 ? 3e-3 : 6e-3)
        case .sgd: 5e-3...0.2
        case .adagrad: 3e-3...0.1
        case .lion: 3e-5...1e-3
        case .lbfgs: nil
        }
    }
}
