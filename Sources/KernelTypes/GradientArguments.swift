/// A block of a weight gradient over the rows of one shard:
/// `block[i, j] = Σᵣ input[r, inputs.lowerBound + i] · delta[r, panel * panelWidth + j]`, rows in ascending order.
public struct GradientArguments {
    /// The format of `input` and `delta`.
    public var precision: KernelPrecision
    /// The layer's input, [rows, inputs].
    public var input: PanelMatrix
    /// The gradient of the layer's outputs, [rows, outputs].
    public var delta: PanelMatrix
    /// The index of the panel of `delta`.
    public var panel: Int
    /// The columns of `input`. The lower bound is a multiple of `panelWidth`.
    public var inputs: Range<Int>
    /// The rows of the shard.
    public var rows: Range<Int>
    /// The result, [inputs.count, panelWidth], row-major.
    public var block: UnsafeMutablePointer<Float>
    /// Memory to prefetch on the way.
    public var prefetch: Prefetch

    /// Creates the arguments of a gradient block; by default it prefetches nothing.
    public init(
        precision: KernelPrecision, input: PanelMatrix, delta: PanelMatrix, panel: Int, inputs: Range<Int>,
        rows: Range<Int>, block: UnsafeMutablePointer<Float>, prefetch: Prefetch = Prefetch()
    ) {
        self.precision = precision
        self.input = input
        self.delta = delta
        self.panel = panel
        self.inputs = inputs
        self.rows = rows
        self.block = block
        self.prefetch = prefetch
    }
}

/// A block of a weight gradient over the rows of one shard, for a sparse input and a few panels of outputs:
/// `block[p, i, j] = Σᵣ input[r, inputs.lowerBound + i] · delta[r, (panels.lowerBound + p) * panelWidth + j]`, rows in
/// ascending order.
public struct OuterProductArguments {
    /// The format of `input` and `delta`; not `.bf16Tiles`, whose chains would take twice the memory of the result.
    public var precision: KernelPrecision
    /// The layer's input, [rows, inputs].
    public var input: SparseMatrix
    /// The gradient of the layer's outputs, [rows, outputs].
    public var delta: PanelMatrix
    /// One to four panels of `delta`.
    public var panels: Range<Int>
    /// The columns of `input`. Both bounds are multiples of `input.blockWidth`, or the upper bound is the width.
    public var inputs: Range<Int>
    /// The rows of the shard.
    public var rows: Range<Int>
    /// The result, [panels.count, inputs.count, panelWidth], row-major.
    public var block: UnsafeMutablePointer<Float>

    /// Creates the arguments of a gradient block from its parts.
    public init(
        precision: KernelPrecision, input: SparseMatrix, delta: PanelMatrix, panels: Range<Int>, inputs: Range<Int>,
        rows: Range<Int>, block: UnsafeMutablePointer<Float>
    ) {
        self.precision = precision
        self.input = input
        self.delta = delta
        self.panels = panels
        self.inputs = inputs
        self.rows = rows
        self.block = block
    }
}
