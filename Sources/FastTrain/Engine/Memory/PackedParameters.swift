import KernelTypes

/// One set of a network's numbers in the packed layout: its parameters, or a memory of its optimizer.
struct PackedParameters: Sendable {
    let layout: PackedLayout
    private let buffer: Buffer<Float>

    init(_ layout: PackedLayout) {
        self.layout = layout
        buffer = Buffer(count: layout.count)
    }

    var base: UnsafeMutablePointer<Float> { buffer.base }

    /// Loads numbers in the public layout; their shapes agree with the layout's.
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

    /// Returns the numbers in the public layout, without running statistics.
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

    /// Whether all numbers are finite.
    var areFinite: Bool {
        // x − x is 0 if x is finite, and otherwise NaN, which a sum keeps.
        var sum: Float = 0
        for index in 0..<layout.count { sum += base[index] - base[index] }
        return sum == 0
    }

    /// Calls `body` with each output and the position of its weights, which lie `panelWidth` floats apart.
    private func forEachRow(of layer: PackedLayout.Layer, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
        let width = layout.panelWidth
        for output in 0..<layer.outputs {
            body(output, base + layer.weights + (output / width) * layer.panelStride + output % width)
        }
    }
}
