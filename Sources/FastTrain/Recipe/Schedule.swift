/// The learning rate over the steps of a run. Each schedule's formula and settings are in `Engine/Schedules`.
public enum Schedule: String, Sendable, CaseIterable {
    /// The same rate in every step.
    case constant
    /// Multiplied by gamma after every `decayEpochs` epochs (PyTorch's `StepLR`).
    case step
    /// Multiplied by gamma after each epoch (PyTorch's `ExponentialLR`).
    case exponential
    /// Divided by (rows trained in finished epochs + 1) to the power of `power` (scikit-learn's "invscaling").
    case inverseScaling = "inverse-scaling"
    /// Multiplied by gamma after more than `decayEpochs` epochs without a better monitor (PyTorch's `ReduceLROnPlateau`
    /// with its threshold of a ten thousandth, and without a lower bound).
    case plateau
    /// Divided by 5 each time that more than `nIterNoChange` epochs in a row brought less than `tol`. The run ends when that
    /// happens at a rate of a millionth or less (scikit-learn's "adaptive").
    case adaptive
    /// From `learningRate` to 0 along half a cosine (PyTorch's `CosineAnnealingLR`).
    case cosine
    /// Up to `learningRate` over the first 30% of the steps, then down to almost 0 (Smith & Topin 2018; PyTorch's
    /// `OneCycleLR` with its defaults, but with a constant momentum).
    case oneCycle = "one-cycle"

    /// The value of `Recipe.gamma` if none is given.
    package var defaultGamma: Double { rule.defaultGamma }
}

extension Schedule {
    /// The type that holds everything about the schedule.
    var rule: any ScheduleRule.Type {
        switch self {
        case .constant: ConstantSchedule.self
        case .step: StepSchedule.self
        case .exponential: ExponentialSchedule.self
        case .inverseScaling: InverseScalingSchedule.self
        case .plateau: PlateauSchedule.self
        case .adaptive: AdaptiveSchedule.self
        case .cosine: CosineSchedule.self
        case .oneCycle: OneCycleSchedule.self
        }
    }

    /// The settings that this schedule reads and some other schedule ignores.
    package var settings: Set<PartialKeyPath<Recipe>> { Set(rule.settings) }

    /// Everything that a schedule's rate depends on besides the number of the step.
    package enum Basis: Sendable {
        /// Nothing else: the rates of all steps are known from the start.
        case steps
        /// The monitor of finished epochs, compared as `Plateau` does.
        case monitor
        /// The progress of finished epochs by the recipe's `tol` and `nIterNoChange`.
        case tolerance
    }

    /// Everything that the rate depends on besides the number of the step.
    package var basis: Basis { rule.basis }

    /// The name with the values of the settings that the schedule reads, such as "step 0.5 every 3 epochs".
    package func description(_ recipe: Recipe) -> String {
        let settings = rule.description(recipe)
        return settings.isEmpty ? rawValue : "\(rawValue) \(settings)"
    }
}
