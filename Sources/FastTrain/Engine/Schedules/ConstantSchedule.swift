/// The same learning rate in every step.
enum ConstantSchedule: ScheduleRule {
    static func rate(at moment: ScheduleMoment) -> Double { moment.peak }
}
