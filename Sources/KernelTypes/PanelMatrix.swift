/// A matrix of activations or of their gradients, [rows, width], stored in *panels*.
///
/// A panel holds `panelWidth` neighbouring columns of every row, row by row: element (r, c) is
/// `base[c / panelWidth * panelStride + r * panelWidth + c % panelWidth]`. One layout serves all three products of a
/// layer: a product along columns finds the rows of a panel a constant stride apart, and a product along rows finds
/// them contiguous. The last panel is padded to the full width. Kernels write the padding but never let it influence a
/// result.
public struct PanelMatrix {
    /// The first element, aligned to 64 bytes.
    public var base: UnsafeMutablePointer<Float>
    /// The distance from one panel to the next, in floats.
    public var panelStride: Int
    /// The number of columns that hold data.
    public var width: Int

    /// Creates a matrix over memory that the caller keeps alive.
    public init(base: UnsafeMutablePointer<Float>, panelStride: Int, width: Int) {
        self.base = base
        self.panelStride = panelStride
        self.width = width
    }
}
