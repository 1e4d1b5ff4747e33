/// The shape of a multilayer perceptron.
public struct Network: Sendable, Equatable {
    /// Units of each layer: inputs, hidden layers, outputs; at least two.
    public let widths: [Int]

    /// `hidden`: input side first; empty for a linear model.
    public init(inputs: Int, hidden: [Int], outputs: Int) {
        widths = [inputs] + hidden + [outputs]
    }

    /// Features of a row.
    public var inputs: Int { widths[0] }
    /// Classes, or values to predict.
    public var outputs: Int { widths[widths.count - 1] }

    /// Layers with weights.
    public var layerCount: Int { widths.count - 1 }

    /// Weights and biases.
    public var parameterCount: Int {
        (0..<layerCount).reduce(0) { $0 + (widths[$1] + 1) * widths[$1 + 1] }
    }

    /// Floating-point operations to train on one sample, as the field counts them: two for each weight in the forward
    /// pass, two in the gradient of the weight, two in that of the layer's input, which the first layer does not need.
    public var operationsPerSample: Int {
        let products = (0..<layerCount).map { widths[$0] * widths[$0 + 1] }
        return 6 * products.reduce(0, +) - 2 * products[0]
    }

    /// Whether the layers of `parameters` are of this network.
    public func fits(_ parameters: Parameters) -> Bool {
        parameters.layers.count == layerCount
            && parameters.layers.indices.allSatisfy { index in
                let layer = parameters.layers[index]
                return layer.inputs == widths[index] && layer.outputs == widths[index + 1]
                    && layer.weight.count == layer.inputs * layer.outputs && layer.bias.count == layer.outputs
            }
    }

    /// All zero, in the public layout.
    public func zeroParameters() -> Parameters {
        Parameters(layers: (0..<layerCount).map { Parameters.Layer(inputs: widths[$0], outputs: widths[$0 + 1]) })
    }
}

extension Network: CustomStringConvertible {
    /// Such as "784-256-10".
    public var description: String { widths.map(String.init).joined(separator: "-") }
}
