/// A nonlinearity between two layers, applied to each element.
public enum KernelActivation: UInt8, Sendable {
    case identity, relu, leakyReLU, sigmoid, tanh, elu, softplus
    /// Activations whose derivative cannot be computed from their output. It is stored beside the output; see
    /// `Epilogue.storedDerivative`.
    case gelu, geluTanh, silu, mish
}

/// The work done on the elements of a matrix right after they are computed, while they are in cache.
public struct Epilogue {
    /// The activation, or the activation whose derivative is taken; see `derivativeAt`.
    public var activation: KernelActivation
    /// The slope of leaky ReLU for negative inputs.
    public var slope: Float
    /// The place of the activation's outputs for backpropagation; the same shape as the matrix.
    ///
    /// If this is `nil`, the activation is applied to the elements. Otherwise the elements are multiplied by the
    /// activation's derivative, which is computed from these outputs. For an activation that stores its derivative,
    /// this points to the stored derivative instead.
    public var derivativeAt: UnsafePointer<Float>?
    /// The place where the forward pass stores the derivative, for activations that need it stored; the same shape as
    /// the matrix. `nil` if the derivative is not needed.
    public var storedDerivative: UnsafeMutablePointer<Float>?
    /// Dropout of the activation's results, if enabled. With `derivativeAt`, the same units are dropped from the
    /// gradient; the outputs at `derivativeAt` had the same dropout applied.
    public var dropout: Dropout?

    /// Creates an epilogue from its parts.
    public init(
        activation: KernelActivation, slope: Float, derivativeAt: UnsafePointer<Float>? = nil,
        storedDerivative: UnsafeMutablePointer<Float>? = nil, dropout: Dropout? = nil
    ) {
        self.activation = activation
        self.slope = slope
        self.derivativeAt = derivativeAt
        self.storedDerivative = storedDerivative
        self.dropout = dropout
    }
}

/// Dropout of a matrix of activations in one training step (Srivastava et al. 2014): each element becomes 0 with a
/// given probability and is multiplied by `scale` otherwise.
///
/// Element (row, unit) is dropped if its random number is below `threshold`. That is number `row % 4` of the block that
/// Philox 4×32-10 (Salmon et al. 2011) makes under `key` from the counter (unit, `layer` + row / 4, `step`, `purpose`).
public struct Dropout: BitwiseCopyable, Sendable {
    /// The seed of the run.
    public var key: UInt64
    /// A number that keeps these random numbers apart from those for other purposes.
    public var purpose: UInt32
    /// The number of the training step.
    public var step: UInt32
    /// The layer's part of the counter: a multiple of 2²², which leaves room to add row / 4.
    public var layer: UInt32
    /// The unit that the first column of the matrix belongs to.
    public var firstUnit: UInt32
    /// The dropout rate times 2³².
    public var threshold: UInt32
    /// The factor for the elements that are kept, 1 / (1 − rate).
    public var scale: Float

    /// Creates the dropout of one matrix in one step from its parts.
    public init(
        key: UInt64, purpose: UInt32, step: UInt32, layer: UInt32, firstUnit: UInt32, threshold: UInt32, scale: Float
    ) {
        self.key = key
        self.purpose = purpose
        self.step = step
        self.layer = layer
        self.firstUnit = firstUnit
        self.threshold = threshold
        self.scale = scale
    }
}
