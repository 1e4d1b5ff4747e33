import KernelTypes

/// Which of the features and of the hidden layers' outputs a step of training drops (Srivastava et al. 2014).
struct DropoutPlan: Sendable {
    /// Of the features, then of each hidden layer's outputs; 0: none.
    private let rates: [Double]
    private let seed: UInt64

    init(_ recipe: Recipe) {
        rates = [recipe.inputDropout] + recipe.dropoutRates
        seed = recipe.seed
    }

    /// Of the features (0) or of the outputs of layer `index` - 1; nil: nothing is dropped. `step`: minibatches before it.
    func dropout(_ index: Int, step: Int) -> Dropout? {
        guard index < rates.count, rates[index] > 0 else { return nil }
        return Dropout(
            key: seed, purpose: Philox.Purpose.dropout.rawValue, step: UInt32(truncatingIfNeeded: step),
            layer: UInt32(index) << 22, firstUnit: 0, threshold: UInt32(rates[index] * 0x1p32),
            scale: Float(1 / (1 - rates[index])))
    }
}

extension Recipe {
    /// Of each hidden layer's outputs, 0 where nothing is dropped.
    var dropoutRates: [Double] {
        dropout.count == hidden.count ? dropout : hidden.map { _ in dropout.first ?? 0 }
    }

    /// Where layer `index` stands in an `nn.Sequential` of Linear, normalization, activation and dropout, each as far as
    /// there is one. Its normalization comes right after.
    func moduleIndex(ofLayer index: Int) -> Int {
        dropoutRates.prefix(index).reduce(inputDropout > 0 ? 1 : 0) {
            $0 + 2 + (normalization == .none ? 0 : 1) + ($1 > 0 ? 1 : 0)
        }
    }
}
