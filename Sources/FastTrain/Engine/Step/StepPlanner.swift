/// The plan that a step follows, and who measures the step.
struct StepWay {
    /// The position of the plan's engine in `StepLoop.engines`.
    var engine = 0
    /// Where the time of each phase is recorded; `nil` leaves the step to the profile of the run, if there is one.
    var meter: Profile?
}

/// The decisions of a `RunLoop` about the plans of its steps.
///
/// Rank 0 alone calls these functions, between the barriers of the loop. No number of a run depends on them.
protocol StepPlanner: AnyObject {
    /// Whether `plan` is to be called before the next step. It is asked after each step.
    var isDue: Bool { get }

    /// Changes the engines of a loop. It may allocate memory, because the other members sleep.
    func plan(_ loop: StepLoop)

    /// Returns the way of the next step. It allocates nothing.
    ///
    /// - Parameter isFull: Whether the step's minibatch has as many rows as most.
    func next(isFull: Bool) -> StepWay

    /// Takes in the rate of an epoch of training.
    func endEpoch(samplesPerSecond: Double)

    /// The choices of the run's first plan; `nil` means those of the constants.
    var first: PlanChoices? { get }
}
