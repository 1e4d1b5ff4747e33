import KernelDispatch

/// How the numbers of a network lie in memory: each layer's weights in panels of outputs, then its biases, then scale and
/// shift of its normalization if it has one.
///
/// Layer l's weight of input i and output o lies at `weights[l] + (o / panelWidth) * panelStride + i * panelWidth +
/// o % panelWidth`: the order in which the forward product reads it, and in which the weight gradient comes out of the
/// registers, so that optimizer and all-reduce walk straight through. Outputs are padded to whole panels; the padding
/// is zero and stays zero, since no gradient reaches it.
struct PackedLayout: Sendable {
    struct Layer: Sendable {
        let inputs: Int
        let outputs: Int
        let panels: Int
        /// Floats from one panel of weights to the next.
        let panelStride: Int
        /// Where the layer's weights and biases start.
        let weights: Int
        let biases: Int
        /// Of a hidden layer of a network with normalization.
        let normalization: Normalization?

        /// Where the weights of a panel of outputs start, from an input on.
        func offset(panel: Int, input: Int, _ panelWidth: Int) -> Int {
            weights + panel * panelStride + input * panelWidth
        }
    }

    /// Where scale and shift start.
    struct Normalization: Sendable {
        let scale: Int
        let shift: Int
    }

    let layers: [Layer]
    let panelWidth: Int
    /// Floats in all.
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
            layers.append(
                Layer(
                    inputs: inputs, outputs: outputs, panels: panels, panelStride: inputs * panelWidth,
                    weights: offset, biases: biases,
                    normalization: isNormalized
                        ? Normalization(scale: biases + padded, shift: biases + 2 * padded) : nil))
            offset = biases + (isNormalized ? 3 : 1) * padded
        }
        self.layers = layers
        self.panelWidth = panelWidth
        count = offset
    }
}
