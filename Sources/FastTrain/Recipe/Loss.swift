import KernelTypes

/// The function that training minimizes, averaged over the rows of the minibatch.
///
/// f are the network's outputs for a row, y its targets. Where classes are held against several outputs, y is one-hot.
/// The arithmetic is in `Kernels/Losses.swift`.
public enum Loss: String, Sendable, CaseIterable {
    /// −ln p[label], where p is the softmax of the outputs
    case crossEntropy = "cross-entropy"
    /// Σₖ −yₖ ln pₖ − (1 − yₖ) ln(1 − pₖ), where p is the logistic function of the outputs
    ///
    /// For two classes there is a single output, which stands for the second class. For more classes, y is one-hot. For
    /// numbers, each one is a label of its own that holds (1) or does not (0).
    case binaryCrossEntropy = "binary-cross-entropy"
    /// Σₖ (yₖ − fₖ)²
    case squaredError = "squared-error"
    /// Σₖ |yₖ − fₖ|, with a derivative of 0 at 0
    case absoluteError = "absolute-error"
    /// Σₖ (yₖ − fₖ)² / 2 up to a distance of `Recipe.huberDelta`, linear beyond (PyTorch's `HuberLoss`)
    case huber
    /// Σₖ exp fₖ − yₖ fₖ, for counts y; `predict` returns exp f (PyTorch's `PoissonNLLLoss`)
    case poisson
}

extension Loss {
    /// Everything about a loss but its arithmetic.
    struct Traits {
        /// The loss's name among the kernels.
        let kernel: KernelLoss
        /// The function that turns outputs into predictions, which decides the tasks and targets that the loss fits.
        let output: OutputFunction
        /// The setting that its formula has as a parameter, if any.
        var parameter: KeyPath<Recipe, Double>?
        /// The settings that modify the loss, and that some other loss ignores.
        var options: [PartialKeyPath<Recipe>] = []
    }

    /// Everything about the loss but its arithmetic.
    var traits: Traits {
        switch self {
        case .crossEntropy: Traits(kernel: .crossEntropy, output: .softmax, options: [\.labelSmoothing])
        case .binaryCrossEntropy: Traits(kernel: .binaryCrossEntropy, output: .logistic)
        case .squaredError: Traits(kernel: .squaredError, output: .identity)
        case .absoluteError: Traits(kernel: .absoluteError, output: .identity)
        case .huber: Traits(kernel: .huber, output: .identity, parameter: \.huberDelta)
        case .poisson: Traits(kernel: .poisson, output: .exponential)
        }
    }

    /// The function that turns outputs into predictions.
    var output: OutputFunction { traits.output }

    /// The loss of a recipe that names none: cross-entropy for classes, squared error for numbers.
    static func standard(for task: Dataset.Task) -> Loss {
        switch task {
        case .classification: .crossEntropy
        case .regression: .squaredError
        }
    }

    /// The settings that this loss reads and some other loss ignores.
    package var settings: Set<PartialKeyPath<Recipe>> {
        Set(traits.options + [traits.parameter].compactMap { $0 })
    }

    /// The name with the value of its formula's parameter, such as "huber 1.5".
    package func description(_ recipe: Recipe) -> String {
        guard let parameter = traits.parameter else { return rawValue }
        return "\(rawValue) \(Format.setting(recipe[keyPath: parameter]))"
    }
}

extension Recipe {
    /// Returns the recipe's loss, or the default for the task.
    func resolvedLoss(for task: Dataset.Task) -> Loss { loss ?? .standard(for: task) }
}
