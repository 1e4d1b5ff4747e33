/// Multiplies the rate by gamma after every `decayEpochs` epochs, as PyTorch's `StepLR` does:
///
///     η = peak · gamma^⌊epochs / decayEpochs⌋
enum StepSchedule: ScheduleRule {
    static var settings: [PartialKeyPath<Recipe>] { [\.gamma, \.decayEpochs] }

    static func description(_ recipe: Recipe) -> String {
        let gamma = Format.setting(recipe.gamma ?? defaultGamma)
        return "\(gamma) every \(Format.count(recipe.decayEpochs, "epoch"))"
    }

    static func rate(at moment: ScheduleMoment) -> Double {
        moment.peak * power(moment.gamma, moment.epochs / moment.recipe.decayEpochs)
    }
}
