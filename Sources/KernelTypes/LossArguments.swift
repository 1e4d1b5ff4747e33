/// The loss of a row, computed from its outputs z and the targets y: its regression targets or the one-hot encoding of
/// its label. Losses that are defined for a single output are summed over the outputs.
public enum KernelLoss: Sendable {
    /// −ln softmax(z)[label].
    case crossEntropy
    /// −y ln σ(z) − (1 − y) ln(1 − σ(z)). If there is a single output, its target is the label itself, 0 or 1.
    case binaryCrossEntropy
    /// (z − y)².
    case squaredError
    /// |z − y|.
    case absoluteError
    /// (z − y)² / 2 up to |z − y| = δ, and the tangent δ (|z − y| − δ/2) beyond.
    case huber
    /// eᶻ − y z, where z is the logarithm of the expected value.
    case poisson
}

/// The loss of a range of rows and its gradient, which replaces the outputs.
public struct LossArguments {
    /// The loss function.
    public var loss: KernelLoss
    /// The network's outputs, [rows, outputs], overwritten by the gradient. The gradient's padding is 0.
    public var outputs: PanelMatrix
    /// The class of each row. Required unless `targets` are given.
    public var labels: UnsafePointer<Int32>?
    /// The regression targets, [rows, outputs], row-major. `nil` for classes.
    public var targets: UnsafePointer<Float>?
    /// A factor for the loss and the gradient of each row. `nil` means 1.
    public var weights: UnsafePointer<Float>?
    /// Receives the loss of each row.
    public var losses: UnsafeMutablePointer<Float>
    /// A factor for the gradient: the reciprocal of the minibatch's number of rows, or of the sum of their weights.
    public var scale: Float
    /// The ε of label smoothing, for cross-entropy: the share of the target that is spread evenly over all classes.
    public var smoothing: Float
    /// The δ of Huber's loss.
    public var delta: Float
    /// The rows.
    public var rows: Range<Int>

    /// Creates the arguments of a loss; by default rows have weight 1 and labels are not smoothed.
    public init(
        _ loss: KernelLoss, outputs: PanelMatrix, labels: UnsafePointer<Int32>?, targets: UnsafePointer<Float>?,
        weights: UnsafePointer<Float>? = nil, losses: UnsafeMutablePointer<Float>, scale: Float, smoothing: Float = 0,
        delta: Float = 1, rows: Range<Int>
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
        self.rows = rows
    }
}
