import KernelTypes

/// A copy of the weights of every layer but the first, in panels of inputs: what the backward products read.
///
/// A panel has a row for each output, [outputs, panelWidth], or in bf16 for each pair of outputs, and rows of zeros up to a
/// whole block of pairs. The copy follows the parameters block by block, each block written by the thread that updates it.
struct TransposedWeights: Sendable {
    private let layout: PackedLayout
    private let kernels: KernelTable
    private let isPaired: Bool
    /// The buffers of the layers from the second on.
    private let buffers: [Buffer<Float>]

    /// Creates the copy of the weights of a layout, all zero.
    init(_ layout: PackedLayout, precision: KernelPrecision, kernels: KernelTable) {
        let isPaired = precision.isPaired
        self.layout = layout
        self.kernels = kernels
        self.isPaired = isPaired
        buffers = layout.layers.dropFirst().map { layer in
            let panels = (layer.inputs + layout.panelWidth - 1) / layout.panelWidth
            return Buffer(count: panels * Self.panelStride(layer, layout.panelWidth, isPaired: isPaired))
        }
    }

    /// Returns the first panel of a layer.
    func base(_ layer: Int) -> UnsafePointer<Float> { UnsafePointer(buffers[layer - 1].base) }

    /// Returns the number of floats from one panel of a layer's inputs to the next.
    func panelStride(_ layer: Int) -> Int {
        Self.panelStride(layout.layers[layer], layout.panelWidth, isPaired: isPaired)
    }

    private static func panelStride(_ layer: PackedLayout.Layer, _ panelWidth: Int, isPaired: Bool) -> Int {
        (isPaired ? Minibatch.placesOfPairs(rows: layer.outputs, shards: 1) : layer.outputs) * panelWidth
    }

    /// Copies a block of weights.
    func refresh(_ parameters: PackedParameters, _ block: GradientPlan.Block) {
        guard block.layer > 0 else { return }
        let layer = layout.layers[block.layer]
        let width = layout.panelWidth
        let stride = panelStride(block.layer)
        for panel in block.panels {
            let weights = parameters.base + layer.offset(panel: panel, input: block.inputs.lowerBound, width)
            let outputs = min(width, layer.outputs - panel * width)
            let target = buffers[block.layer - 1].base + offset(block, panel: panel)
            if isPaired {
                kernels.transposePairs(
                    weights, inputs: block.inputs.count, outputs: outputs, to: target, panelStride: stride)
            } else {
                kernels.transposeBlock(
                    weights, inputs: block.inputs.count, outputs: outputs, to: target, panelStride: stride)
            }
        }
    }

    /// Calls `body` with each strip of the copy that one panel of a block fills: its start and the number of its floats.
    func forEachStrip(of block: GradientPlan.Block, panel: Int, _ body: (UnsafePointer<Float>, Int) -> Void) {
        guard block.layer > 0 else { return }
        var strip = base(block.layer) + offset(block, panel: panel)
        for _ in stride(from: 0, to: block.inputs.count, by: layout.panelWidth) {
            body(strip, stripCount)
            strip += panelStride(block.layer)
        }
    }

    /// The number of floats that `panelWidth` inputs and `panelWidth` outputs take.
    private var stripCount: Int { layout.panelWidth * layout.panelWidth / (isPaired ? 2 : 1) }

    /// Returns where the first strip of a panel of a block starts.
    private func offset(_ block: GradientPlan.Block, panel: Int) -> Int {
        block.inputs.lowerBound / layout.panelWidth * panelStride(block.layer) + panel * stripCount
    }
}
