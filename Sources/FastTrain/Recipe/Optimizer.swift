/// The rule that turns gradients into changes of the parameters. Each optimizer's formula and settings are in
/// `Engine/Optimizers`; they are those of PyTorch's `torch.optim` as far as it has the optimizer.
public enum Optimizer: String, Sendable, CaseIterable {
    /// Stochastic gradient descent, with momentum
    case sgd
    /// Kingma & Ba 2015
    case adam
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019)
    case adamw
    /// Tieleman & Hinton 2012
    case rmsprop
    /// Duchi et al. 2011
    case adagrad
    /// Chen et al. 2023, with decoupled weight decay
    case lion
    /// Limited-memory BFGS with a line search by the strong Wolfe conditions (Liu & Nocedal 1989)
    ///
    /// It takes all training rows at once, and an epoch is one iteration. Minibatches, learning rates and schedules do not
    /// apply to it. The weight decay is part of the loss that it minimizes, but not of the losses that are reported.
    case lbfgs

    /// The value of `Recipe.beta2` if none is given.
    package var defaultBeta2: Double { batching.definition.defaultBeta2 }
}

extension Optimizer {
    /// The type that holds everything about the optimizer, by the rows that it takes at once.
    var batching: Batching {
        switch self {
        case .sgd: .minibatches(SGD.self)
        case .adam, .adamw: .minibatches(Adam.self)
        case .rmsprop: .minibatches(RMSprop.self)
        case .adagrad: .minibatches(Adagrad.self)
        case .lion: .minibatches(Lion.self)
        case .lbfgs: .fullBatch(LBFGS.self)
        }
    }

    /// Whether the optimizer takes all training rows at once, instead of one minibatch after another.
    package var isFullBatch: Bool {
        switch batching {
        case .minibatches: false
        case .fullBatch: true
        }
    }

    /// The settings that this optimizer reads and some other optimizer ignores.
    package var settings: Set<PartialKeyPath<Recipe>> { Set(batching.settings + batching.definition.settings) }

    /// Returns the learning rates that a search tries on a data set of `trainRows` rows; `nil` for an optimizer without a
    /// learning rate.
    package func learningRateRange(trainRows: Int) -> ClosedRange<Double>? {
        switch batching {
        case .minibatches(let optimizer): optimizer.learningRates(trainRows: trainRows)
        case .fullBatch: nil
        }
    }

    /// Returns the values of the optimizer's settings as the run card shows them after its name and learning rate.
    package func description(_ recipe: Recipe) -> [String] { batching.definition.description(recipe) }
}

extension Recipe {
    /// The names of the optimizer's memories: the keys of `TrainingState.optimizer`.
    var optimizerState: [String] { optimizer.batching.definition.memories(self) }
}
