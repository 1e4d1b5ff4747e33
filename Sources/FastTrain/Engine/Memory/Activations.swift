import KernelDispatch
import KernelTypes

/// The features and each layer's outputs for the rows at hand, in panels; one row of it belongs to one thread at a time.
struct Activations: Sendable {
    /// Rows that fit.
    let rows: Int
    private let widths: [Int]
    private let panelWidth: Int
    private let buffers: [Buffer<Float>]

    /// `widths`: columns of each matrix.
    init(widths: [Int], rows: Int, panelWidth: Int) {
        self.rows = rows
        self.widths = widths
        self.panelWidth = panelWidth
        let stride = Activations.panelStride(rows: rows, panelWidth: panelWidth)
        buffers = widths.map { Buffer(count: ($0 + panelWidth - 1) / panelWidth * stride) }
    }

    subscript(index: Int) -> PanelMatrix {
        PanelMatrix(
            base: buffers[index].base, panelStride: Activations.panelStride(rows: rows, panelWidth: panelWidth),
            width: widths[index])
    }

    /// One row more than needed, lest the panels of a power of two of rows fall on the same sets of the caches.
    private static func panelStride(rows: Int, panelWidth: Int) -> Int { (rows + 1) * panelWidth }
}
