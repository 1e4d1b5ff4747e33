/// Everything about one schedule: its formula, its settings and its description.
///
/// Most schedules need only a formula; the defaults below say that a schedule has no settings of its own and follows the
/// number of the step alone.
protocol ScheduleRule {
    /// The settings that this schedule reads and some other schedule ignores.
    static var settings: [PartialKeyPath<Recipe>] { get }

    /// The value of `Recipe.gamma` if none is given.
    static var defaultGamma: Double { get }

    /// Everything that the rate depends on besides the number of the step.
    static var basis: Schedule.Basis { get }

    /// The values of the settings as the run card shows them after the schedule's name, such as "0.5 every 3 epochs".
    /// Empty if there are none.
    static func description(_ recipe: Recipe) -> String

    /// Returns the learning rate of a step.
    static func rate(at moment: ScheduleMoment) -> Double
}

extension ScheduleRule {
    static var settings: [PartialKeyPath<Recipe>] { [] }
    static var defaultGamma: Double { 0.1 }
    static var basis: Schedule.Basis { .steps }
    static func description(_ recipe: Recipe) -> String { "" }
}

/// The step of a run that a schedule's formula is evaluated for. Steps and epochs count from the end of the warm-up.
struct ScheduleMoment {
    /// The recipe, which holds the schedule's settings.
    let recipe: Recipe
    /// The number of the step, from 0.
    let step: Int
    /// The number of steps in the whole run.
    let steps: Int
    /// The number of finished epochs.
    let epochs: Int
    /// The number of rows in an epoch.
    let rows: Int
    /// The records of all finished epochs of the run, those of the warm-up included.
    let history: [EpochRecord]
    /// The number of steps of the warm-up.
    let warmupSteps: Int

    /// The learning rate that the schedule starts from or rises to.
    var peak: Double { recipe.learningRate }

    /// The factor by which the schedules with gamma lower the rate.
    var gamma: Double { recipe.gamma ?? recipe.schedule.defaultGamma }
}
