extension Network {
    /// Random weights and zero biases; of normalizations scale 1, shift 0, running statistics of mean 0 and variance 1:
    /// He-uniform for a layer that ReLU or one of its kin follows (He et al. 2015),
    /// Glorot-uniform otherwise (Glorot & Bengio 2010).
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
    /// Numbers that are uniform from −bound to below bound.
    func fill(_ numbers: inout [Float], within bound: Float, stream: UInt32) {
        for first in stride(from: 0, to: numbers.count, by: 4) {
            let draws = block(UInt64(first / 4), stream: stream)
            for lane in 0..<min(4, numbers.count - first) {
                // 24 random bits: a float in 0..<1 without rounding.
                let unit = Float(draws[lane] >> 8) * 0x1p-24
                numbers[first + lane] = (2 * unit - 1) * bound
            }
        }
    }
}

extension Activation {
    /// Whether it leaves large numbers as they are, and makes little of negative ones.
    fileprivate var isRectifier: Bool {
        switch self {
        case .relu, .leakyReLU, .elu, .gelu, .geluTanh, .silu, .mish: true
        case .identity, .sigmoid, .tanh, .softplus: false
        }
    }
}
