/// What training minimises, averaged over the rows of the minibatch.
public enum Loss: String, Sendable, CaseIterable {
    /// Softmax of the outputs, then `-log p[label]`.
    case crossEntropy = "cross-entropy"
    /// `Σₖ −yₖ log pₖ − (1 − yₖ) log(1 − pₖ)` with p the sigmoid of the outputs. For two classes there is one output, of the
    /// second one; for more, y is one-hot; for numbers, each is a label of its own that holds (1) or not (0).
    case binaryCrossEntropy = "binary-cross-entropy"
    /// `Σₖ (yₖ − fₖ)²` over the outputs; for classes, y is one-hot.
    case squaredError = "squared-error"
    /// `Σₖ |yₖ − fₖ|`; its derivative at 0 is 0.
    case absoluteError = "absolute-error"
    /// `Σₖ (yₖ − fₖ)² / 2` up to a distance of `Recipe.huberDelta`, linear beyond (PyTorch's HuberLoss).
    case huber
    /// `Σₖ exp fₖ − yₖ fₖ`, for counts y; `predict` gives exp f (PyTorch's PoissonNLLLoss).
    case poisson
}

extension Loss {
    /// The settings that this loss reads and some other loss ignores.
    package var settings: Set<PartialKeyPath<Recipe>> {
        switch self {
        case .crossEntropy: [\.labelSmoothing]
        case .huber: [\.huberDelta]
        case .binaryCrossEntropy, .squaredError, .absoluteError, .poisson: []
        }
    }

    /// Whether it can be of such answers.
    func fits(_ task: Dataset.Task) -> Bool {
        switch (self, task) {
        case (.crossEntropy, .regression), (.poisson, .classification): false
        case (.binaryCrossEntropy, .classification(let classes)): classes.count > 1
        default: true
        }
    }

    /// The numbers that it can be of; nil: all.
    var targets: ClosedRange<Float>? {
        switch self {
        case .binaryCrossEntropy: 0...1
        case .poisson: 0 ... .infinity
        case .crossEntropy, .squaredError, .absoluteError, .huber: nil
        }
    }
}
