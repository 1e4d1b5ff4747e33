/// Raises the rate from a 25th of the peak to the peak over the first 30% of the steps, then lowers it to a 250,000th of
/// the peak, both along half a cosine (Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
/// Learning Rates", 2018).
///
/// These are the rates of PyTorch's `OneCycleLR` with its defaults, stepped after each minibatch. The momentum, which
/// PyTorch lowers meanwhile, stays as it is.
enum OneCycleSchedule: ScheduleRule {
    static func rate(at moment: ScheduleMoment) -> Double {
        let start = moment.peak / 25
        let end = start / 10_000
        let top = 0.3 * Double(moment.steps) - 1
        let position = Double(moment.step)
        if position <= top { return CosineSchedule.anneal(from: start, to: moment.peak, at: position / top) }
        let fall = Double(moment.steps - 1) - top
        return CosineSchedule.anneal(
            from: moment.peak, to: end, at: fall > 0 ? min(1, (position - top) / fall) : 1)
    }
}
