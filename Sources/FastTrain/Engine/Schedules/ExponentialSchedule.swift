/// Multiplies the rate by gamma after each epoch, as PyTorch's `ExponentialLR` does:
///
///     η = peak · gamma^epochs
enum ExponentialSchedule: ScheduleRule {
    static var settings: [PartialKeyPath<Recipe>] { [\.gamma] }
    static var defaultGamma: Double { 0.9 }

    static func description(_ recipe: Recipe) -> String { Format.setting(recipe.gamma ?? defaultGamma) }

    static func rate(at moment: ScheduleMoment) -> Double { moment.peak * power(moment.gamma, moment.epochs) }
}
