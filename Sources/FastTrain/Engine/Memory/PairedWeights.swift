import KernelDispatch
import KernelTypes

/// The weights as pairs of bfloat16 numbers, in the panels that a forward product reads: of each two inputs a row of
/// pairs. They follow the parameters, which stay single-precision numbers.
struct PairedWeights: Sendable {
    private let layout: PackedLayout
    private let kernels: KernelTable
    /// Of each layer.
    private let buffers: [Buffer<Float>]

    init(_ layout: PackedLayout, kernels: KernelTable) {
        self.layout = layout
        self.kernels = kernels
        buffers = layout.layers.map {
            Buffer(count: $0.panels * PairedWeights.panelStride($0.inputs, panelWidth: layout.panelWidth))
        }
    }

    /// Where a layer's first panel lies.
    func base(_ layer: Int) -> UnsafePointer<Float> { UnsafePointer(buffers[layer].base) }

    /// Where a panel's pairs start, from an even input on.
    func place(_ layer: Int, panel: Int, input: Int) -> UnsafePointer<Float> {
        base(layer) + panel * panelStride(layer) + input / 2 * layout.panelWidth
    }

    /// From one panel of a layer to the next.
    func panelStride(_ layer: Int) -> Int {
        PairedWeights.panelStride(layout.layers[layer].inputs, panelWidth: layout.panelWidth)
    }

    /// Takes over a block of weights; its first input is even, and its last one the layer's or odd.
    func follow(_ parameters: PackedParameters, layer index: Int, panels: Range<Int>, inputs: Range<Int>) {
        let layer = layout.layers[index]
        let source = PanelMatrix(
            base: parameters.base + layer.weights, panelStride: layer.panelStride, width: layer.outputs)
        let target = PanelMatrix(base: buffers[index].base, panelStride: panelStride(index), width: layer.outputs)
        let width = layout.panelWidth
        kernels.pairRows(
            source, target, panels.lowerBound * width, panels.upperBound * width, inputs.lowerBound, inputs.upperBound,
            inputs.lowerBound / 2)
    }

    private static func panelStride(_ inputs: Int, panelWidth: Int) -> Int { (inputs + 1) / 2 * panelWidth }
}
