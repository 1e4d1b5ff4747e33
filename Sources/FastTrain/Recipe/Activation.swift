import KernelTypes

/// The nonlinearity after a hidden layer. The derivative of ReLU and leaky ReLU at 0 is 1.
///
/// The arithmetic is in `Kernels/Activations.swift`.
public enum Activation: String, Sendable, CaseIterable {
    /// z
    case identity
    /// max(0, z)
    case relu
    /// z for z ≥ 0, `leakySlope` · z below
    case leakyReLU = "leaky-relu"
    /// z for z ≥ 0, eᶻ − 1 below (Clevert et al. 2016, with α = 1)
    case elu
    /// σ(z) = 1 / (1 + e⁻ᶻ), the logistic function
    case sigmoid
    /// tanh z
    case tanh
    /// z Φ(z), where Φ is the standard normal distribution function (Hendrycks & Gimpel 2016)
    case gelu
    /// The approximation of GELU by tanh, PyTorch's `approximate="tanh"`
    case geluTanh = "gelu-tanh"
    /// z σ(z), also known as swish (Elfwing et al. 2017)
    case silu
    /// ln(1 + eᶻ)
    case softplus
    /// z tanh(ln(1 + eᶻ)) (Misra 2019)
    case mish
}

extension Activation {
    /// Everything about an activation but its arithmetic.
    struct Traits {
        /// The activation's name among the kernels.
        let kernel: KernelActivation
        /// The distribution of the initial weights of a layer that the activation follows.
        let weights: WeightDistribution
        /// Whether the forward pass stores the derivative, because it cannot be computed from the activation's output.
        var storesDerivative = false
        /// The setting that its formula has as a parameter, if any.
        var parameter: KeyPath<Recipe, Double>?
    }

    /// Everything about the activation but its arithmetic.
    var traits: Traits {
        switch self {
        case .identity: Traits(kernel: .identity, weights: .glorot)
        case .relu: Traits(kernel: .relu, weights: .he)
        case .leakyReLU: Traits(kernel: .leakyReLU, weights: .he, parameter: \.leakySlope)
        case .elu: Traits(kernel: .elu, weights: .he)
        case .sigmoid: Traits(kernel: .sigmoid, weights: .glorot)
        case .tanh: Traits(kernel: .tanh, weights: .glorot)
        case .gelu: Traits(kernel: .gelu, weights: .he, storesDerivative: true)
        case .geluTanh: Traits(kernel: .geluTanh, weights: .he, storesDerivative: true)
        case .silu: Traits(kernel: .silu, weights: .he, storesDerivative: true)
        case .softplus: Traits(kernel: .softplus, weights: .glorot)
        case .mish: Traits(kernel: .mish, weights: .he, storesDerivative: true)
        }
    }

    /// The settings that this activation reads and some other activation ignores.
    package var settings: Set<PartialKeyPath<Recipe>> { Set([traits.parameter].compactMap { $0 }) }

    /// The name with the value of the setting that the activation reads, such as "leaky-relu 0.01".
    package func description(_ recipe: Recipe) -> String {
        guard let parameter = traits.parameter else { return rawValue }
        return "\(rawValue) \(Format.setting(recipe[keyPath: parameter]))"
    }
}
