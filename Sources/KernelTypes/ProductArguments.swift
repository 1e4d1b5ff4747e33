/// The format of a matrix product's factors, and the order in which products are added. Sums are single-precision
/// numbers in all cases.
///
/// In bfloat16, each 32 bits of a matrix hold a pair: two neighbours along the direction of summation, the first in the
/// lower half. If their number is odd, the last is paired with a zero. A product over pairs is half as deep.
public enum KernelPrecision: UInt8, Sendable, CaseIterable {
    /// Single-precision numbers. An element is one chain of fused multiply-adds.
    case f32
    /// Pairs of bfloat16 numbers in one chain: two fused multiply-adds for each pair, first of the upper halves, then of
    /// the lower ones. This is the order of AVX-512's `vdpbf16ps`.
    case bf16
    /// Pairs of bfloat16 numbers in blocks of 16 pairs along the sum. Each block has a chain of fused multiply-adds over
    /// the lower halves and one over the upper halves, both from +0; their sum is then added to the element. This is the
    /// order of AMX's `tdpbf16ps`.
    ///
    /// Blocks count from the first place of the sum, and the last block may be smaller.
    case bf16Tiles

    /// Whether factors are pairs of bfloat16 numbers.
    public var isPaired: Bool { self != .f32 }
}

/// The left factor of a product.
public enum ProductInput {
    /// A dense matrix, [rows, depth].
    case panels(PanelMatrix)
    /// A sparse matrix, [rows, depth], of which only the nonzero entries are multiplied.
    case lists(SparseMatrix)
}

/// A layer's matrix product over a range of rows: `output[r, j] = initial[j] + Σₖ input[r, k] · weights[k, j]`,
/// followed by the epilogue.
public struct ProductArguments {
    /// The format of the input and the weights. In `.bf16Tiles`, a dense input and the weights go on with zeros after their
    /// depth, up to a multiple of 16 pairs.
    public var precision: KernelPrecision
    /// The left factor, [rows, depth].
    public var input: ProductInput
    /// The result, [rows, outputs].
    public var output: PanelMatrix
    /// The right factor in panels: element (k, j) is
    /// `weights[j / panelWidth * weightPanelStride + k * panelWidth + j % panelWidth]`.
    public var weights: UnsafePointer<Float>
    /// The distance from one panel of weights to the next, in floats.
    public var weightPanelStride: Int
    /// The start value of each output's chain of multiply-adds, [panels of output * panelWidth]. `nil` means zero.
    public var initial: UnsafePointer<Float>?
    /// The rows of the input and the output.
    public var rows: Range<Int>
    /// The work done on the sums.
    public var epilogue: Epilogue
    /// Memory to prefetch during the product. Used only if the input is sparse, and by products of
    /// tiles.
    public var prefetch: Prefetch

    /// Creates the arguments of a product; by default it has no activation and prefetches nothing.
    public init(
        precision: KernelPrecision, input: ProductInput, output: PanelMatrix, weights: UnsafePointer<Float>,
        weightPanelStride: Int, initial: UnsafePointer<Float>?, rows: Range<Int>,
        epilogue: Epilogue = Epilogue(activation: .identity, slope: 0), prefetch: Prefetch = Prefetch()
    ) {
        self.precision = precision
        self.input = input
        self.output = output
        self.weights = weights
        self.weightPanelStride = weightPanelStride
        self.initial = initial
        self.rows = rows
        self.epilogue = epilogue
        self.prefetch = prefetch
    }
}

/// Memory that is needed after a product and that the hardware cannot predict. The product prefetches it on the way.
public struct Prefetch: BitwiseCopyable {
    /// The stretches of memory; `nil` if there are none.
    public var stretches: UnsafePointer<UnsafeRawBufferPointer>?
    /// The number of stretches.
    public var count: Int

    /// Creates a list of stretches, empty by default.
    public init(stretches: UnsafePointer<UnsafeRawBufferPointer>? = nil, count: Int = 0) {
        self.stretches = stretches
        self.count = count
    }
}
