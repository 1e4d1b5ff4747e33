/// Divides the rate by a power of the number of rows trained in finished epochs, as scikit-learn's "invscaling" does:
///
///     η = peak / (epochs · rows + 1)^power
enum InverseScalingSchedule: ScheduleRule {
    static var settings: [PartialKeyPath<Recipe>] { [\.power] }

    static func description(_ recipe: Recipe) -> String { Format.setting(recipe.power) }

    static func rate(at moment: ScheduleMoment) -> Double {
        moment.peak / power(Double(moment.epochs) * Double(moment.rows) + 1, moment.recipe.power)
    }
}
