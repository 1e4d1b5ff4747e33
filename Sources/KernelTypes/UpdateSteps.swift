/// The parameters of one step of SGD.
public struct SGDStep: Sendable {
    /// The learning rate η.
    public var learningRate: Float
    /// The momentum μ.
    public var momentum: Float
    /// Whether to use Nesterov's momentum, which looks ahead along the velocity.
    public var nesterov: Bool
    /// The weight decay λ.
    public var weightDecay: Float

    /// Creates the parameters of a step.
    public init(learningRate: Float, momentum: Float, nesterov: Bool, weightDecay: Float) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }
}

/// The parameters of one step of Adam or AdamW, computed once per step in Double.
public struct AdamStep: Sendable {
    /// The bias-corrected learning rate, η / (1 − β₁ᵗ).
    public var stepSize: Float
    /// 1 − β₁.
    public var meanRate: Float
    /// β₂.
    public var squareDecay: Float
    /// 1 − β₂.
    public var squareRate: Float
    /// The bias correction of the squares, 1 / √(1 − β₂ᵗ). It is a factor because a division takes five times as long.
    public var squareScale: Float
    /// The ε added to the root.
    public var epsilon: Float
    /// The weight decay λ added to the gradient; 0 for AdamW.
    public var weightDecay: Float
    /// The factor applied to the weights first: 1 − ηλ for AdamW, 1 for Adam.
    public var shrink: Float

    /// Creates the parameters of a step.
    public init(
        stepSize: Float, meanRate: Float, squareDecay: Float, squareRate: Float, squareScale: Float, epsilon: Float,
        weightDecay: Float, shrink: Float
    ) {
        self.stepSize = stepSize
        self.meanRate = meanRate
        self.squareDecay = squareDecay
        self.squareRate = squareRate
        self.squareScale = squareScale
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.shrink = shrink
    }
}

/// The parameters of one step of RMSprop or Adagrad.
public struct SquareStep: Sendable {
    /// The learning rate η.
    public var learningRate: Float
    /// The factor for the accumulated squares: α for RMSprop, 1 for Adagrad.
    public var decay: Float
    /// The factor for the gradient's square: 1 − α for RMSprop, 1 for Adagrad.
    public var rate: Float
    /// The ε added to the root.
    public var epsilon: Float
    /// The weight decay λ added to the gradient.
    public var weightDecay: Float

    /// Creates the parameters of a step.
    public init(learningRate: Float, decay: Float, rate: Float, epsilon: Float, weightDecay: Float) {
        self.learningRate = learningRate
        self.decay = decay
        self.rate = rate
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }
}

/// The parameters of one step of Lion.
public struct LionStep: Sendable {
    /// The learning rate η.
    public var learningRate: Float
    /// 1 − β₁, the share of the gradient in the direction.
    public var directionRate: Float
    /// 1 − β₂, the share of the gradient in the new momentum.
    public var momentumRate: Float
    /// The factor applied to the weights first, 1 − ηλ.
    public var shrink: Float

    /// Creates the parameters of a step.
    public init(learningRate: Float, directionRate: Float, momentumRate: Float, shrink: Float) {
        self.learningRate = learningRate
        self.directionRate = directionRate
        self.momentumRate = momentumRate
        self.shrink = shrink
    }
}

/// A change to a gradient before the update. By default it changes nothing.
public struct GradientAdjustment: Sendable {
    /// A factor for the gradient, applied first.
    public var scale: Float
    /// The L1 penalty λ₁. Its product with the sign of the weight is added to the gradient.
    public var l1: Float
    /// The largest allowed magnitude of an element.
    public var limit: Float

    /// Creates an adjustment from its parts.
    public init(scale: Float = 1, l1: Float = 0, limit: Float = .infinity) {
        self.scale = scale
        self.l1 = l1
        self.limit = limit
    }
}
