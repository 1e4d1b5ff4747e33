/// The loss of some rows and its gradient, which takes the place of the outputs.
public struct LossArguments {
    /// The network's outputs; overwritten by the gradient, padding by 0.
    public var outputs: PanelMatrix
    /// The class of each row; needed unless `targets` are given.
    public var labels: UnsafePointer<Int32>?
    /// [rows, outputs], row-major; nil for classes.
    public var targets: UnsafePointer<Float>?
    /// Receives the loss of each row.
    public var losses: UnsafeMutablePointer<Float>
    /// 1 / rows of the minibatch.
    public var scale: Float
    /// ε of label smoothing: the share of a row's weight that all classes have in equal parts.
    public var smoothing: Float
    /// The first row.
    public var firstRow: Int
    /// The row after the last.
    public var endRow: Int

    /// See the properties.
    public init(
        outputs: PanelMatrix, labels: UnsafePointer<Int32>?, targets: UnsafePointer<Float>?,
        losses: UnsafeMutablePointer<Float>, scale: Float, smoothing: Float = 0, firstRow: Int, endRow: Int
    ) {
        self.outputs = outputs
        self.labels = labels
        self.targets = targets
        self.losses = losses
        self.scale = scale
        self.smoothing = smoothing
        self.firstRow = firstRow
        self.endRow = endRow
    }
}

/// The numbers of one step of SGD.
public struct SGDStep: Sendable {
    /// η
    public var learningRate: Float
    /// μ
    public var momentum: Float
    /// Whether to look ahead along the momentum.
    public var nesterov: Bool
    /// λ
    public var weightDecay: Float

    /// See the properties.
    public init(learningRate: Float, momentum: Float, nesterov: Bool, weightDecay: Float) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }
}

/// The numbers of one step of Adam or AdamW, worked out once in Double.
public struct AdamStep: Sendable {
    /// η / (1 − β₁ᵗ)
    public var stepSize: Float
    /// 1 − β₁
    public var meanRate: Float
    /// β₂
    public var squareDecay: Float
    /// 1 − β₂
    public var squareRate: Float
    /// 1 / √(1 − β₂ᵗ): a factor, since a division takes five times as long.
    public var squareScale: Float
    /// ε
    public var epsilon: Float
    /// λ, added to the gradient (Adam).
    public var weightDecay: Float
    /// 1 − ηλ, which multiplies the weights first (AdamW); 1 for Adam.
    public var shrink: Float

    /// See the properties.
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

/// The numbers of one step of RMSprop or Adagrad.
public struct SquareStep: Sendable {
    /// η
    public var learningRate: Float
    /// What the squares are multiplied by: α, or 1 (Adagrad).
    public var decay: Float
    /// What the gradient's square counts: 1 − α, or 1 (Adagrad).
    public var rate: Float
    /// ε
    public var epsilon: Float
    /// λ, added to the gradient.
    public var weightDecay: Float

    /// See the properties.
    public init(learningRate: Float, decay: Float, rate: Float, epsilon: Float, weightDecay: Float) {
        self.learningRate = learningRate
        self.decay = decay
        self.rate = rate
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }
}

/// The numbers of one step of Lion.
public struct LionStep: Sendable {
    /// η
    public var learningRate: Float
    /// 1 − β₁
    public var directionRate: Float
    /// 1 − β₂
    public var momentumRate: Float
    /// 1 − ηλ, which multiplies the weights first.
    public var shrink: Float

    /// See the properties.
    public init(learningRate: Float, directionRate: Float, momentumRate: Float, shrink: Float) {
        self.learningRate = learningRate
        self.directionRate = directionRate
        self.momentumRate = momentumRate
        self.shrink = shrink
    }
}
