/// The nonlinearity after a hidden layer. The derivative of ReLU and leaky ReLU at 0 is 1.
public enum Activation: String, Sendable, CaseIterable {
    case identity, relu
    case leakyReLU = "leaky-relu"
    /// With α = 1 (Clevert et al. 2016).
    case elu
    case sigmoid, tanh
    /// z Φ(z), Φ the normal distribution (Hendrycks & Gimpel 2016).
    case gelu
    /// Its approximation by tanh, PyTorch's `approximate="tanh"`.
    case geluTanh = "gelu-tanh"
    /// z σ(z), also known as swish (Elfwing et al. 2017).
    case silu
    /// ln(1 + eᶻ)
    case softplus
    /// z tanh(ln(1 + eᶻ)) (Misra 2019).
    case mish
}

extension Activation {
    /// The settings that this activation reads and some other activation ignores.
    package var settings: Set<PartialKeyPath<Recipe>> { self == .leakyReLU ? [\.leakySlope] : [] }
}
