/// The shape of a multilayer perceptron.
public struct Network: Sendable, Equatable {
    /// Units of each layer: inputs, hidden layers, outputs; at least two.
    public let widths: [Int]
    /// Between each hidden layer's sums and its activation.
    public let normalization: Normalization

    /// `hidden`: input side first; empty for a linear model.
    public init(inputs: Int, hidden: [Int], outputs: Int, normalization: Normalization = .none) {
        widths = [inputs] + hidden + [outputs]
        self.normalization = normalization
    }

    /// Features of a row.
    public var inputs: Int { widths[0] }
    /// Classes (or one output for two of them, see `Loss.binaryCrossEntropy`), or values to predict.
    public var outputs: Int { widths[widths.count - 1] }

    /// Layers with weights.
    public var layerCount: Int { widths.count - 1 }

    /// Weights and biases, and each normalization's scale and shift.
    public var parameterCount: Int {
        (0..<layerCount).reduce(0) { $0 + (widths[$1] + (isNormalized($1) ? 3 : 1)) * widths[$1 + 1] }
    }

    /// Whether a normalization follows on the sums of a layer.
    func isNormalized(_ layer: Int) -> Bool { normalization != .none && layer < layerCount - 1 }

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
                    && fits(layer.normalization, index)
            }
    }

    /// An optimizer's memory has no running statistics.
    private func fits(_ numbers: Parameters.Normalization?, _ index: Int) -> Bool {
        guard let numbers else { return !isNormalized(index) }
        let counts = [numbers.scale.count, numbers.shift.count]
        let running = numbers.running.map { [$0.mean.count, $0.variance.count] } ?? []
        return isNormalized(index) && (counts + running).allSatisfy { $0 == widths[index + 1] }
            && (running.isEmpty || normalization == .batch)
    }

    /// All zero, in the public layout; no running statistics.
    public func zeroParameters() -> Parameters {
        Parameters(
            layers: (0..<layerCount).map { index in
                var layer = Parameters.Layer(inputs: widths[index], outputs: widths[index + 1])
                let zeros = [Float](repeating: 0, count: layer.outputs)
                if isNormalized(index) { layer.normalization = Parameters.Normalization(scale: zeros, shift: zeros) }
                return layer
            })
    }
}

extension Network: CustomStringConvertible {
    /// Such as "784-256-10".
    public var description: String { widths.map(String.init).joined(separator: "-") }
}
