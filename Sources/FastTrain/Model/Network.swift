/// The layer widths and normalization of a multilayer perceptron.
package struct Network: Sendable, Equatable {
    /// The number of units in each layer, from the inputs through the hidden layers to the outputs. There are at least
    /// two elements.
    package let widths: [Int]
    /// The normalization between the weighted sums of each hidden layer and its activation.
    package let normalization: Normalization

    /// Creates a network.
    ///
    /// - Parameters:
    ///   - inputs: The number of features of a row.
    ///   - hidden: The widths of the hidden layers, input side first. A linear model has none.
    ///   - outputs: The number of outputs.
    ///   - normalization: The normalization of the hidden layers.
    package init(inputs: Int, hidden: [Int], outputs: Int, normalization: Normalization = .none) {
        widths = [inputs] + hidden + [outputs]
        self.normalization = normalization
    }

    /// The number of features of a row.
    package var inputs: Int { widths[0] }
    /// The number of outputs: one for each class or target, or a single one for two classes (see
    /// `Loss.binaryCrossEntropy`).
    package var outputs: Int { widths[widths.count - 1] }

    /// The number of layers with weights.
    package var layerCount: Int { widths.count - 1 }

    /// The number of weights and biases, including the scale and shift of each normalization.
    package var parameterCount: Int {
        (0..<layerCount).reduce(0) { $0 + (widths[$1] + (isNormalized($1) ? 3 : 1)) * widths[$1 + 1] }
    }

    /// Returns whether the weighted sums of a layer are normalized.
    func isNormalized(_ layer: Int) -> Bool { normalization != .none && layer < layerCount - 1 }

    /// The number of floating-point operations needed to train on one sample, by the usual count.
    ///
    /// Each weight takes two operations in the forward pass, two for its gradient, and two for the gradient of the
    /// layer's inputs, which the first layer does not need.
    package var operationsPerSample: Int {
        let products = (0..<layerCount).map { widths[$0] * widths[$0 + 1] }
        return 6 * products.reduce(0, +) - 2 * products[0]
    }

    /// Returns whether `parameters` have the shapes of this network.
    package func fits(_ parameters: Parameters) -> Bool {
        parameters.layers.count == layerCount
            && parameters.layers.indices.allSatisfy { index in
                let layer = parameters.layers[index]
                return layer.inputs == widths[index] && layer.outputs == widths[index + 1]
                    && layer.weight.count == layer.inputs * layer.outputs && layer.bias.count == layer.outputs
                    && fits(layer.normalization, index)
            }
    }

    /// Returns whether the parameters of a normalization have the shapes of layer `index`. Running statistics may be
    /// missing, as they are in an optimizer's state.
    private func fits(_ numbers: Parameters.Normalization?, _ index: Int) -> Bool {
        guard let numbers else { return !isNormalized(index) }
        let counts = [numbers.scale.count, numbers.shift.count]
        let running = numbers.running.map { [$0.mean.count, $0.variance.count] } ?? []
        return isNormalized(index) && (counts + running).allSatisfy { $0 == widths[index + 1] }
            && (running.isEmpty || normalization == .batch)
    }

    /// Returns parameters of this network's shapes that are all zero, without running statistics.
    package func zeroParameters() -> Parameters {
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
    /// The widths, such as "784-256-10".
    package var description: String { widths.map(String.init).joined(separator: "-") }
}
