/// Divides the rate by 5 whenever more than `nIterNoChange` epochs in a row brought less than `tol`, as scikit-learn's
/// "adaptive" does. The run ends when that happens at a rate of a millionth or less (`EarlyStopping`).
enum AdaptiveSchedule: ScheduleRule {
    static var basis: Schedule.Basis { .tolerance }

    static func rate(at moment: ScheduleMoment) -> Double { EarlyStopping(moment.recipe).adaptiveRate(moment.history) }
}
