/// What a row's loss is, of its outputs z and what they are held against: y, its targets, or one-hot of its label. Losses
/// of single outputs are added up.
public enum Loss: Sendable {
    /// −ln softmax(z)[label]
    case crossEntropy
    /// −y ln σ(z) − (1 − y) ln(1 − σ(z)). A single output is held against the label itself, which is 0 or 1.
    case binaryCrossEntropy
    /// (z − y)²
    case squaredError
    /// |z − y|
    case absoluteError
    /// (z − y)² / 2 up to |z − y| = δ, beyond it δ (|z − y| − δ/2), which goes on as a line.
    case huber
    /// eᶻ − y z: z is the logarithm of what is expected.
    case poisson
}

/// The loss of some rows and its gradient, which takes the place of the outputs.
public struct LossArguments {
    /// Which one.
    public var loss: Loss
    /// The network's outputs; overwritten by the gradient, padding by 0.
    public var outputs: PanelMatrix
    /// The class of each row; needed unless `targets` are given.
    public var labels: UnsafePointer<Int32>?
    /// [rows, outputs], row-major; nil for classes.
    public var targets: UnsafePointer<Float>?
    /// What each row's loss and gradient are multiplied by; nil: 1.
    public var weights: UnsafePointer<Float>?
    /// Receives the loss of each row.
    public var losses: UnsafeMutablePointer<Float>
    /// 1 / rows of the minibatch, or the sum of their weights.
    public var scale: Float
    /// ε of label smoothing, of cross-entropy: the share of a row's weight that all classes have in equal parts.
    public var smoothing: Float
    /// δ of Huber's loss.
    public var delta: Float
    /// The first row.
    public var firstRow: Int
    /// The row after the last.
    public var endRow: Int

    /// See the properties.
    public init(
        _ loss: Loss, outputs: PanelMatrix, labels: UnsafePointer<Int32>?, targets: UnsafePointer<Float>?,
        weights: UnsafePointer<Float>? = nil, losses: UnsafeMutablePointer<Float>, scale: Float, smoothing: Float = 0,
        delta: Float = 1, firstRow: Int, endRow: Int
    ) {
        self.loss = loss
        self.outputs = outputs
        self.labels = labels
        self.targets = targets
        self.weights = weights
        self.losses = losses
        self.scale = scale
        self.smoothing = smoothing
        self.delta = delta
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

/// What comes between a gradient and its update; by default nothing.
public struct GradientAdjustment: Sendable {
    /// What the gradient is multiplied by, first.
    public var scale: Float
    /// λ₁, times the weight's sign added to it.
    public var l1: Float
    /// The largest magnitude of an element.
    public var limit: Float

    /// See the properties.
    public init(scale: Float = 1, l1: Float = 0, limit: Float = .infinity) {
        self.scale = scale
        self.l1 = l1
        self.limit = limit
    }
}
