import KernelTypes

/// The layout of a network's numbers in memory: each layer's weights in panels of outputs, then its biases, then scale and
/// shift of its normalization if it has one.
///
/// The weight of input `i` and output `o` lies at `weights + (o / panelWidth) * panelStride + i * panelWidth +
/// o % panelWidth`. This is the order in which the forward product reads the weights and in which their gradient leaves the
/// registers, so optimizer and all-reduce run straight through memory. Outputs are padded to whole panels. The padding is
/// zero and stays zero, because no gradient reaches it.
struct PackedLayout: Sendable {
    struct Layer: Sendable {
        let inputs: Int
        let outputs: Int
        let panels: Int
        /// The number of floats from one panel of weights to the next.
        let panelStride: Int
        /// The positions of the layer's first weight and first bias.
        let weights: Int
        let biases: Int
        /// The position of the normalization; `nil` if the layer has none.
        let normalization: Normalization?
        /// The end of the layer's numbers. The next layer's begin there.
        let end: Int

        /// The number of the layer's numbers, with padding.
        var count: Int { end - weights }

        /// Returns the position of the weights of a panel of outputs, from an input on.
        func offset(panel: Int, input: Int, _ panelWidth: Int) -> Int {
            weights + panel * panelStride + input * panelWidth
        }
    }

    /// The positions of the first scale and the first shift.
    struct Normalization: Sendable {
        let scale: Int
        let shift: Int
    }

    let layers: [Layer]
    let panelWidth: Int
    /// The number of floats of the layout.
    let count: Int

    init(_ network: Network, panelWidth: Int) {
        var layers: [Layer] = []
        var offset = 0
        for index in 0..<network.layerCount {
            let inputs = network.widths[index]
            let outputs = network.widths[index + 1]
            let panels = (outputs + panelWidth - 1) / panelWidth
            let weights = panels * inputs * panelWidth
            let biases = offset + weights
            let padded = panels * panelWidth
            let isNormalized = network.isNormalized(index)
            let end = biases + (isNormalized ? 3 : 1) * padded
            layers.append(
                Layer(
                    inputs: inputs, outputs: outputs, panels: panels, panelStride: inputs * panelWidth,
                    weights: offset, biases: biases,
                    normalization: isNormalized
                        ? Normalization(scale: biases + padded, shift: biases + 2 * padded) : nil, end: end))
            offset = end
        }
        self.layers = layers
        self.panelWidth = panelWidth
        count = offset
    }
}
