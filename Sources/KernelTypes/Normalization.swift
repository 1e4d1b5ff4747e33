/// What is normalised, and by what: ẑ = (z − mean) · inverseDeviation, then γẑ + β, then the epilogue.
public struct NormalizationArguments {
    /// z, [rows, units]; overwritten by the result.
    public var values: PanelMatrix
    /// Where ẑ goes, same shape as `values`; nil: nowhere.
    public var normalized: UnsafeMutablePointer<Float>?
    /// γ, [panels · panelWidth], 0 in the padding.
    public var scale: UnsafePointer<Float>
    /// β, [panels · panelWidth], 0 in the padding.
    public var shift: UnsafePointer<Float>
    /// The first row.
    public var firstRow: Int
    /// The row after the last.
    public var endRow: Int
    /// What becomes of γẑ + β.
    public var epilogue: Epilogue

    /// See the properties.
    public init(
        values: PanelMatrix, normalized: UnsafeMutablePointer<Float>?, scale: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, firstRow: Int, endRow: Int, epilogue: Epilogue
    ) {
        self.values = values
        self.normalized = normalized
        self.scale = scale
        self.shift = shift
        self.firstRow = firstRow
        self.endRow = endRow
        self.epilogue = epilogue
    }
}

/// Backpropagation through a normalisation: from the gradient of γẑ + β to that of z.
public struct NormalizationGradientArguments {
    /// Of γẑ + β, [rows, units].
    public var delta: PanelMatrix
    /// ẑ, same shape.
    public var normalized: UnsafePointer<Float>
    /// Where the gradient of z goes, same shape.
    public var result: UnsafeMutablePointer<Float>
    /// The first row.
    public var firstRow: Int
    /// The row after the last.
    public var endRow: Int

    /// See the properties.
    public init(
        delta: PanelMatrix, normalized: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>, firstRow: Int,
        endRow: Int
    ) {
        self.delta = delta
        self.normalized = normalized
        self.result = result
        self.firstRow = firstRow
        self.endRow = endRow
    }
}
