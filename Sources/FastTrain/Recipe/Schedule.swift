/// The learning rate over the steps of a run.
public enum Schedule: String, Sendable, CaseIterable {
    case constant
    /// Times gamma after every `decayEpochs` epochs (PyTorch's StepLR).
    case step
    /// Times gamma after each epoch (PyTorch's ExponentialLR).
    case exponential
    /// Divided by (rows trained in finished epochs + 1) to `power` (scikit-learn's "invscaling").
    case inverseScaling = "inverse-scaling"
    /// Times gamma after more than `decayEpochs` epochs without a better monitor (PyTorch's ReduceLROnPlateau: better by a
    /// ten thousandth; down to any rate).
    case plateau
    /// Divided by 5 each time that more than `nIterNoChange` epochs in a row brought less than `tol`; when that happens at
    /// a millionth or less, the run ends (scikit-learn's "adaptive").
    case adaptive
    /// From `learningRate` to 0 along half a cosine.
    case cosine
    /// Up to `learningRate` over the first 30% of steps, then down to almost 0 (Smith & Topin 2018; PyTorch's
    /// defaults, momentum left as it is).
    case oneCycle = "one-cycle"

    /// Of `Recipe.gamma`.
    public var defaultGamma: Double { self == .exponential ? 0.9 : 0.1 }
}

extension Schedule {
    /// The settings that this schedule reads and some other schedule ignores.
    package var settings: Set<PartialKeyPath<Recipe>> {
        switch self {
        case .step, .plateau: [\.gamma, \.decayEpochs]
        case .exponential: [\.gamma]
        case .inverseScaling: [\.power]
        case .constant, .adaptive, .cosine, .oneCycle: []
        }
    }
}
