/// Lowers the rate to 0 along half a cosine (Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
/// 2017), as PyTorch's `CosineAnnealingLR` does when it is stepped after each minibatch:
///
///     η = peak / 2 · (1 + cos(π · step / steps))
enum CosineSchedule: ScheduleRule {
    static func rate(at moment: ScheduleMoment) -> Double {
        anneal(from: moment.peak, to: 0, at: Double(moment.step) / Double(max(1, moment.steps)))
    }

    /// Interpolates from one value to another along half a cosine.
    ///
    /// - Parameter position: The way covered, from 0 to 1.
    static func anneal(from start: Double, to end: Double, at position: Double) -> Double {
        end + (start - end) / 2 * (1 + cosine(.pi * position))
    }
}
