extension Network {
    /// Random weights and zero biases: He-uniform for a layer that ReLU or one of its kin follows (He et al. 2015),
    /// Glorot-uniform otherwise (Glorot & Bengio 2010).
    func initialParameters(activation: Activation, seed: UInt64) -> Parameters {
        var parameters = zeroParameters()
        let generator = Philox(seed: seed, purpose: .initialWeights)
        for index in parameters.layers.indices {
            let layer = parameters.layers[index]
            let isHidden = index < layerCount - 1
            let isRectified = isHidden && activation.isRectifier
            let fan = isRectified ? layer.inputs : layer.inputs + layer.outputs
            let bound = Float((6 / Double(fan)).squareRoot())
            parameters.layers[index].weight.withUnsafeMutableBufferPointer { weight in
                for first in stride(from: 0, to: weight.count, by: 4) {
                    let draws = generator.block(UInt64(first / 4), stream: UInt32(index))
                    for lane in 0..<min(4, weight.count - first) {
                        // 24 random bits: a float in 0..<1 without rounding.
                        let unit = Float(draws[lane] >> 8) * 0x1p-24
                        weight[first + lane] = (2 * unit - 1) * bound
                    }
                }
            }
        }
        return parameters
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
