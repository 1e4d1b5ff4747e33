/// How a gradient becomes an update; definitions as in PyTorch's `torch.optim`, as far as it has them.
public enum Optimizer: String, Sendable, CaseIterable {
    case sgd, adam, adamw, rmsprop, adagrad
    /// Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023); with decoupled weight decay.
    case lion
    /// Limited-memory BFGS with a line search by the strong Wolfe conditions, on all training rows at once: an epoch is one
    /// iteration. Minibatches, learning rates and schedules do not matter to it; losses include the weight decay for the
    /// search, not where they are reported.
    case lbfgs

    /// Of `Recipe.beta2`.
    public var defaultBeta2: Double { self == .adam || self == .adamw ? 0.999 : 0.99 }
}
