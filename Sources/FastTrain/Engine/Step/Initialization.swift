extension Network {
    /// Returns the parameters that training starts from: random weights, zero biases, normalizations with scale 1, shift 0
    /// and running statistics of mean 0 and variance 1.
    ///
    /// The activation after a layer decides the distribution of its weights (`Activation.Traits`); those of the last layer
    /// are Glorot-uniform.
    func initialParameters(_ recipe: Recipe) -> Parameters {
        var parameters = zeroParameters()
        let generator = Philox(seed: recipe.seed, purpose: .initialWeights)
        for index in parameters.layers.indices {
            let layer = parameters.layers[index]
            let distribution = index < layerCount - 1 ? recipe.activations[index].traits.weights : .glorot
            if isNormalized(index) {
                let (zeros, ones) = (
                    [Float](repeating: 0, count: layer.outputs), [Float](repeating: 1, count: layer.outputs)
                )
                parameters.layers[index].normalization = Parameters.Normalization(
                    scale: ones, shift: zeros,
                    running: normalization == .batch ? .init(mean: zeros, variance: ones, batches: 0) : nil)
            }
            let bound = distribution.bound(inputs: layer.inputs, outputs: layer.outputs)
            generator.fill(&parameters.layers[index].weight, within: bound, stream: UInt32(index))
        }
        return parameters
    }
}

extension Philox {
    /// Fills an array with numbers that are uniform in −bound ..< bound.
    func fill(_ numbers: inout [Float], within bound: Float, stream: UInt32) {
        for first in stride(from: 0, to: numbers.count, by: 4) {
            let draws = block(UInt64(first / 4), stream: stream)
            for lane in 0..<min(4, numbers.count - first) {
                // 24 random bits are a float in 0 ..< 1 without rounding.
                let unit = Float(draws[lane] >> 8) * 0x1p-24
                numbers[first + lane] = (2 * unit - 1) * bound
            }
        }
    }
}
