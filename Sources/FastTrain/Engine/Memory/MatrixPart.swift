import KernelTypes

/// The rows and columns of a matrix that one member of the team makes.
struct MatrixPart {
    let rows: Range<Int>
    /// Whole panels, except that the last panel of the matrix may be narrower.
    let columns: Range<Int>
}

extension PanelMatrix {
    /// Returns some panels of the matrix as a matrix of their own.
    func part(_ panels: Range<Int>, panelWidth: Int) -> PanelMatrix {
        PanelMatrix(
            base: base + panels.lowerBound * panelStride, panelStride: panelStride,
            width: min(width, panels.upperBound * panelWidth) - panels.lowerBound * panelWidth)
    }
}
