import KernelTypes

/// The dropout of the features and of the hidden layers' outputs in each step (Srivastava et al. 2014).
struct DropoutPlan: Sendable {
    /// The rates of the features, then of each hidden layer's outputs; 0 means no dropout.
    private let rates: [Double]
    private let seed: UInt64

    init(_ recipe: Recipe) {
        rates = [recipe.inputDropout] + recipe.dropoutRates
        seed = recipe.seed
    }

    /// Returns the dropout of one matrix in one step, or `nil` if its rate is 0.
    ///
    /// - Parameters:
    ///   - index: 0 for the features, or `l + 1` for the outputs of layer `l`.
    ///   - step: The number of minibatches of the run before this one.
    func dropout(_ index: Int, step: Int) -> Dropout? {
        guard index < rates.count, rates[index] > 0 else { return nil }
        return Dropout(
            key: seed, purpose: Philox.Purpose.dropout.rawValue, step: UInt32(truncatingIfNeeded: step),
            layer: UInt32(index) << 22, firstUnit: 0, threshold: UInt32(rates[index] * 0x1p32),
            scale: Float(1 / (1 - rates[index])))
    }
}

extension Recipe {
    /// The dropout rate of each hidden layer's outputs; 0 means no dropout.
    var dropoutRates: [Double] {
        dropout.count == hidden.count ? dropout : hidden.map { _ in dropout.first ?? 0 }
    }

    /// Returns the position of a layer in PyTorch's `nn.Sequential`, in which Linear, normalization, activation and dropout
    /// are counted if they are present. The layer's normalization has the next position.
    func moduleIndex(ofLayer index: Int) -> Int {
        dropoutRates.prefix(index).reduce(inputDropout > 0 ? 1 : 0) {
            $0 + 2 + (normalization == .none ? 0 : 1) + ($1 > 0 ? 1 : 0)
        }
    }
}
