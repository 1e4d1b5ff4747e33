/// A normalization of the sums z of a layer: ẑ = (z − mean) · inverseDeviation, then γẑ + β, then the epilogue.
public struct NormalizationArguments {
    /// z, [rows, units], overwritten by the result.
    public var values: PanelMatrix
    /// Receives ẑ, in the shape of `values`. `nil` if it is not needed.
    public var normalized: UnsafeMutablePointer<Float>?
    /// γ, [panels * panelWidth], 0 in the padding.
    public var scale: UnsafePointer<Float>
    /// β, [panels * panelWidth], 0 in the padding.
    public var shift: UnsafePointer<Float>
    /// The rows.
    public var rows: Range<Int>
    /// The work done on γẑ + β.
    public var epilogue: Epilogue

    /// Creates the arguments of a normalization from its parts.
    public init(
        values: PanelMatrix, normalized: UnsafeMutablePointer<Float>?, scale: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, rows: Range<Int>, epilogue: Epilogue
    ) {
        self.values = values
        self.normalized = normalized
        self.scale = scale
        self.shift = shift
        self.rows = rows
        self.epilogue = epilogue
    }
}

/// Backpropagation through a normalization, from the gradient of γẑ + β to the gradient of z.
public struct NormalizationGradientArguments {
    /// The gradient of γẑ + β, [rows, units].
    public var delta: PanelMatrix
    /// ẑ, in the shape of `delta`.
    public var normalized: UnsafePointer<Float>
    /// Receives the gradient of z, in the shape of `delta`.
    public var result: UnsafeMutablePointer<Float>
    /// The rows.
    public var rows: Range<Int>

    /// Creates the arguments of a normalization's gradient from its parts.
    public init(
        delta: PanelMatrix, normalized: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>, rows: Range<Int>
    ) {
        self.delta = delta
        self.normalized = normalized
        self.result = result
        self.rows = rows
    }
}
