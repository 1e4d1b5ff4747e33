/// Multiplies the rate by gamma whenever more than `decayEpochs` epochs in a row brought no better monitor, as PyTorch's
/// `ReduceLROnPlateau` does with its defaults: an epoch is better if it improves on the best by more than a ten thousandth
/// of the best's magnitude. Epochs of the warm-up do not count, and there is no lower bound of the rate.
///
///     η = peak · gamma^(number of plateaus)
enum PlateauSchedule: ScheduleRule {
    static var settings: [PartialKeyPath<Recipe>] { [\.gamma, \.decayEpochs] }
    static var basis: Schedule.Basis { .monitor }

    static func description(_ recipe: Recipe) -> String {
        let gamma = Format.setting(recipe.gamma ?? defaultGamma)
        return "\(gamma) after \(Format.count(recipe.decayEpochs, "epoch"))"
    }

    static func rate(at moment: ScheduleMoment) -> Double {
        var plateau = Plateau(patience: moment.recipe.decayEpochs)
        for record in moment.history where record.step > moment.warmupSteps {
            guard let figure = moment.recipe.monitor.figure(record) else { continue }
            plateau.add(figure) { $0 > $1 + 1e-4 * abs($1) }
        }
        return moment.peak * power(moment.gamma, plateau.count)
    }
}
