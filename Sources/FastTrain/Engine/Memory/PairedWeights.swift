import KernelTypes

/// A copy of the weights as pairs of bfloat16 numbers, in the panels that the forward products read: a row of pairs for
/// each two inputs, and rows of zeros up to a whole block of pairs. It follows the parameters, which are single-precision
/// numbers.
struct PairedWeights: Sendable {
    private let layout: PackedLayout
    private let kernels: KernelTable
    /// The pairs of each layer.
    private let buffers: [Buffer<Float>]

    init(_ layout: PackedLayout, kernels: KernelTable) {
        self.layout = layout
        self.kernels = kernels
        buffers = layout.layers.map {
            Buffer(count: $0.panels * PairedWeights.panelStride($0.inputs, panelWidth: layout.panelWidth))
        }
    }

    /// Returns the first panel of a layer.
    func base(_ layer: Int) -> UnsafePointer<Float> { UnsafePointer(buffers[layer].base) }

    /// Returns the start of a panel's pairs from an input on, which is even.
    func place(_ layer: Int, panel: Int, input: Int) -> UnsafePointer<Float> {
        base(layer) + panel * panelStride(layer) + input / 2 * layout.panelWidth
    }

    /// Returns the number of floats from one panel of a layer to the next.
    func panelStride(_ layer: Int) -> Int {
        PairedWeights.panelStride(layout.layers[layer].inputs, panelWidth: layout.panelWidth)
    }

    /// Copies a block of weights. Its first input is even, and its last input is odd unless it is the layer's last.
    func refresh(_ parameters: PackedParameters, layer index: Int, panels: Range<Int>, inputs: Range<Int>) {
        let layer = layout.layers[index]
        let source = PanelMatrix(
            base: parameters.base + layer.weights, panelStride: layer.panelStride, width: layer.outputs)
        let target = PanelMatrix(base: buffers[index].base, panelStride: panelStride(index), width: layer.outputs)
        let width = layout.panelWidth
        kernels.pairRows(
            source, to: target, rows: inputs, columns: panels.lowerBound * width..<panels.upperBound * width,
            firstPair: inputs.lowerBound / 2)
    }

    private static func panelStride(_ inputs: Int, panelWidth: Int) -> Int {
        Minibatch.placesOfPairs(rows: inputs, shards: 1) * panelWidth
    }
}
