extension Network {
    /// Returns random weights and zero biases. Normalizations have scale 1 and shift 0, and running statistics of mean 0 and
    /// variance 1.
    ///
    /// Weights are He-uniform before ReLU and similar activations (He et al. 2015), and Glorot-uniform before all others
    /// and in the last layer (Glorot & Bengio 2010).
    func initialParameters(_ recipe: Recipe) -> Parameters {
        var parameters = zeroParameters()
        let generator = Philox(seed: recipe.seed, purpose: .initialWeights)
        for index in parameters.layers.indices {
            let layer = parameters.layers[index]
            let isHidden = index < layerCount - 1
            let isRectified = isHidden && recipe.activations[index].isRectifier
            if isNormalized(index) {
                let (zeros, ones) = (
                    [Float](repeating: 0, count: layer.outputs), [Float](repeating: 1, count: layer.outputs)
                )
                parameters.layers[index].normalization = Parameters.Normalization(
                    scale: ones, shift: zeros,
                    running: normalization == .batch ? .init(mean: zeros, variance: ones, batches: 0) : nil)
            }
            let fan = isRectified ? layer.inputs : layer.inputs + layer.outputs
            let bound = Float((6 / Double(fan)).squareRoot())
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

extension Activation {
    /// Whether the activation keeps large positive numbers and suppresses negative ones, as ReLU does.
    fileprivate var isRectifier: Bool {
        switch self {
        case .relu, .leakyReLU, .elu, .gelu, .geluTanh, .silu, .mish: true
        case .identity, .sigmoid, .tanh, .softplus: false
        }
    }
}
