import KernelTypes

/// A matrix [rows, units] for each layer of a network, in panels: the features and the layers' outputs, or gradients.
///
/// The rows are those that are in use, such as a minibatch's.
struct Activations: Sendable {
    /// The number of rows that each matrix has room for.
    let rows: Int
    private let widths: [Int]
    private let panelWidth: Int
    private let buffers: [Buffer<Float>]

    /// Creates matrices with the given numbers of columns.
    init(widths: [Int], rows: Int, panelWidth: Int) {
        let stride = Activations.panelStride(rows: rows, panelWidth: panelWidth)
        self.init(
            widths: widths, rows: rows, panelWidth: panelWidth,
            buffers: widths.map { Buffer(count: ($0 + panelWidth - 1) / panelWidth * stride) })
    }

    private init(widths: [Int], rows: Int, panelWidth: Int, buffers: [Buffer<Float>]) {
        self.rows = rows
        self.widths = widths
        self.panelWidth = panelWidth
        self.buffers = buffers
    }

    /// Returns these matrices, followed by the last matrix of `other`, which has the same number of rows. Its memory is
    /// shared.
    func appendingLast(of other: Activations) -> Activations {
        Activations(
            widths: widths + other.widths.suffix(1), rows: rows, panelWidth: panelWidth,
            buffers: buffers + other.buffers.suffix(1))
    }

    /// The matrix at a position.
    subscript(index: Int) -> PanelMatrix {
        PanelMatrix(
            base: buffers[index].base, panelStride: Activations.panelStride(rows: rows, panelWidth: panelWidth),
            width: widths[index])
    }

    /// Returns the number of floats from one panel to the next: one row more than needed, so that the panels of a power of
    /// two of rows do not fall on the same sets of the caches.
    private static func panelStride(rows: Int, panelWidth: Int) -> Int { (rows + 1) * panelWidth }
}
