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

/// One set of numbers of a network (its parameters, or a memory of its optimizer) in the packed layout.
struct PackedParameters: Sendable {
    let layout: PackedLayout
    private let buffer: Buffer<Float>

    init(_ layout: PackedLayout) {
        self.layout = layout
        buffer = Buffer(count: layout.count)
    }

    var base: UnsafeMutablePointer<Float> { buffer.base }

    /// Takes over numbers in the public layout; the shapes agree.
    func load(_ parameters: Parameters) {
        for (layer, values) in zip(layout.layers, parameters.layers) {
            values.weight.withUnsafeBufferPointer { weight in
                forEachRow(of: layer) { output, column in
                    for input in 0..<layer.inputs {
                        column[input * layout.panelWidth] = weight[output * layer.inputs + input]
                    }
                    base[layer.biases + output] = values.bias[output]
                }
            }
            guard let offsets = layer.normalization, let normalization = values.normalization else { continue }
            (base + offsets.scale).update(from: normalization.scale, count: layer.outputs)
            (base + offsets.shift).update(from: normalization.shift, count: layer.outputs)
        }
    }

    /// The numbers in the public layout, without running statistics.
    func unpacked() -> Parameters {
        Parameters(
            layers: layout.layers.map { layer in
                var values = Parameters.Layer(inputs: layer.inputs, outputs: layer.outputs)
                values.weight.withUnsafeMutableBufferPointer { weight in
                    forEachRow(of: layer) { output, column in
                        for input in 0..<layer.inputs {
                            weight[output * layer.inputs + input] = column[input * layout.panelWidth]
                        }
                    }
                }
                values.bias = numbers(layer.biases, layer.outputs)
                values.normalization = layer.normalization.map {
                    Parameters.Normalization(
                        scale: numbers($0.scale, layer.outputs), shift: numbers($0.shift, layer.outputs))
                }
                return values
            })
    }

    private func numbers(_ first: Int, _ count: Int) -> [Float] {
        Array(UnsafeBufferPointer(start: base + first, count: count))
    }

    /// Whether there is no NaN and no infinity.
    var areFinite: Bool {
        // x − x is 0 for a finite x, else NaN, which a sum keeps.
        var sum: Float = 0
        for index in 0..<layout.count { sum += base[index] - base[index] }
        return sum == 0
    }

    /// Calls `body` with each output and where its weights lie, `panelWidth` floats apart.
    private func forEachRow(of layer: PackedLayout.Layer, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
        let width = layout.panelWidth
        for output in 0..<layer.outputs {
            body(output, base + layer.weights + (output / width) * layer.panelStride + output % width)
        }
    }
}
