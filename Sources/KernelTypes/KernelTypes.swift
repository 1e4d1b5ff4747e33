/// What the hot path and its callers say to each other: plain values and pointers, no behaviour.
///
/// This module is compiled for every x86-64 CPU and has no functions, so that no code of it can be compiled twice.

/// A nonlinearity between two layers, applied element by element.
public enum Activation: UInt8, Sendable {
    case identity, relu, leakyRelu, sigmoid, tanh, elu, softplus
    /// The derivatives of these do not follow from their outputs: they are stored beside them, see `ProductArguments`.
    case gelu, geluTanh, silu, mish
}

/// A matrix of activations or of their gradients, [rows, width], in *panels*.
///
/// A panel holds `panelWidth` neighbouring columns of every row, row by row: element (r, c) lies at
/// `base[(c / panelWidth) * panelStride + r * panelWidth + c % panelWidth]`. One layout serves all three products:
/// rows of a panel are a constant stride apart when a product walks along columns, and contiguous when it walks along
/// rows. Columns past `width` in the last panel are padding that is written but never read into a result.
public struct PanelMatrix {
    /// 64-byte aligned.
    public var base: UnsafeMutablePointer<Float>
    /// Floats from one panel to the next.
    public var panelStride: Int
    /// Columns that hold data.
    public var width: Int

    /// See the properties.
    public init(base: UnsafeMutablePointer<Float>, panelStride: Int, width: Int) {
        self.base = base
        self.panelStride = panelStride
        self.width = width
    }
}

/// What the factors of a matrix product are; its sums are single-precision numbers always.
public enum Precision: UInt8, Sendable {
    /// Single-precision numbers.
    case f32
    /// Pairs of bfloat16 numbers: each 32 bits of a matrix hold two neighbours along the product's sum, the first in the
    /// lower half, the last of an odd number beside a zero. A product over pairs is half as deep. Each link of a chain
    /// is two fused multiply-adds, of the upper halves, then of the lower ones: the order of AVX-512's `vdpbf16ps`.
    case bf16
}

/// Dropout of a matrix of activations in one step of training (Srivastava et al. 2014): a number becomes 0 with some
/// probability, else `scale` times itself.
///
/// Element (row, unit) is dropped when its draw is below `threshold`: number `row % 4` of the block of Philox 4×32-10
/// (Salmon et al. 2011) under `key` with counter (unit, `layer` + row / 4, `step`, `purpose`).
public struct Dropout: BitwiseCopyable, Sendable {
    /// The seed.
    public var key: UInt64
    /// Keeps these draws apart from all others.
    public var purpose: UInt32
    /// Of the run.
    public var step: UInt32
    /// A multiple of 2²², so that there is room for row / 4.
    public var layer: UInt32
    /// The unit of the matrix's first column.
    public var firstUnit: UInt32
    /// 2³² · the share that is dropped.
    public var threshold: UInt32
    /// 1 / (1 - that share).
    public var scale: Float

    /// See the properties.
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

/// What is done to the numbers of a matrix as soon as they are there, while they are in cache.
public struct Epilogue {
    /// See `derivativeAt`.
    public var activation: Activation
    /// Of leaky ReLU, for z < 0.
    public var slope: Float
    /// nil: the activation is applied. Otherwise the numbers are multiplied by the activation's derivative at this output
    /// of the activation, same shape as the matrix (backpropagation), or by this derivative if it was stored.
    public var derivativeAt: UnsafePointer<Float>?
    /// Where the derivative goes, same shape as the matrix, of an activation that needs it stored; nil: nowhere.
    public var storedDerivative: UnsafeMutablePointer<Float>?
    /// If not nil, of the activation's results; with `derivativeAt`, its derivative: that of the outputs, which were
    /// dropped likewise.
    public var dropout: Dropout?

    /// See the properties.
    public init(
        activation: Activation, slope: Float, derivativeAt: UnsafePointer<Float>? = nil,
        storedDerivative: UnsafeMutablePointer<Float>? = nil, dropout: Dropout? = nil
    ) {
        self.activation = activation
        self.slope = slope
        self.derivativeAt = derivativeAt
        self.storedDerivative = storedDerivative
        self.dropout = dropout
    }
}

/// The left factor of a product.
public enum ProductInput {
    /// [rows, depth]
    case panels(PanelMatrix)
    /// [rows, depth], of which what is not zero takes part.
    case lists(SparseMatrix)
}

/// The matrix product of a layer over some rows: `output[r, j] = initial[j] + Σₖ input[r, k] · weights[k, j]`,
/// then the epilogue.
public struct ProductArguments {
    /// Of input and weights.
    public var precision: Precision
    /// [rows, depth]
    public var input: ProductInput
    /// [rows, outputs]
    public var output: PanelMatrix
    /// Panels of weights: element (k, j) at `weights[(j / panelWidth) * weightPanelStride + k * panelWidth + j % panelWidth]`.
    public var weights: UnsafePointer<Float>
    /// Floats from one panel of weights to the next.
    public var weightPanelStride: Int
    /// Where each chain of multiply-adds starts, [panels of output * panelWidth]; nil: at zero.
    public var initial: UnsafePointer<Float>?
    /// The first row of input and output.
    public var firstRow: Int
    /// The row after the last.
    public var endRow: Int
    /// What becomes of the sums.
    public var epilogue: Epilogue
    /// Asked for meanwhile where the input is lists.
    public var prefetch: Prefetch

    /// See the properties.
    public init(
        precision: Precision, input: ProductInput, output: PanelMatrix, weights: UnsafePointer<Float>,
        weightPanelStride: Int, initial: UnsafePointer<Float>?, firstRow: Int, endRow: Int,
        epilogue: Epilogue = Epilogue(activation: .identity, slope: 0), prefetch: Prefetch = Prefetch()
    ) {
        self.precision = precision
        self.input = input
        self.output = output
        self.weights = weights
        self.weightPanelStride = weightPanelStride
        self.initial = initial
        self.firstRow = firstRow
        self.endRow = endRow
        self.epilogue = epilogue
        self.prefetch = prefetch
    }
}

/// Memory that is needed after a product and that the hardware does not foresee: stretches that are asked for on the way.
public struct Prefetch: BitwiseCopyable {
    /// nil: none.
    public var stretches: UnsafePointer<UnsafeRawBufferPointer>?
    /// How many there are.
    public var count: Int

    /// See the properties.
    public init(stretches: UnsafePointer<UnsafeRawBufferPointer>? = nil, count: Int = 0) {
        self.stretches = stretches
        self.count = count
    }
}

/// A block of a weight gradient over the rows of one shard:
/// `block[i, j] = Σᵣ input[r, firstInput + i] · delta[r, panel * panelWidth + j]`, rows in rising order.
public struct GradientArguments {
    /// Of input and delta.
    public var precision: Precision
    /// [rows, inputs]
    public var input: PanelMatrix
    /// [rows, outputs]
    public var delta: PanelMatrix
    /// Which panel of `delta`.
    public var panel: Int
    /// The first input, a multiple of `panelWidth`.
    public var firstInput: Int
    /// The input after the last.
    public var endInput: Int
    /// The first row of the shard.
    public var firstRow: Int
    /// The row after its last.
    public var endRow: Int
    /// [endInput - firstInput, panelWidth], row-major.
    public var block: UnsafeMutablePointer<Float>
    /// Asked for meanwhile.
    public var prefetch: Prefetch

    /// See the properties.
    public init(
        precision: Precision, input: PanelMatrix, delta: PanelMatrix, panel: Int, firstInput: Int, endInput: Int,
        firstRow: Int, endRow: Int, block: UnsafeMutablePointer<Float>, prefetch: Prefetch = Prefetch()
    ) {
        self.precision = precision
        self.input = input
        self.delta = delta
        self.panel = panel
        self.firstInput = firstInput
        self.endInput = endInput
        self.firstRow = firstRow
        self.endRow = endRow
        self.block = block
        self.prefetch = prefetch
    }
}
