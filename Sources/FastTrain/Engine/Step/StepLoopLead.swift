/// The decisions of a `StepLoop`: what becomes of the losses, and what comes next.
///
/// Rank 0 alone calls these functions, between the barriers of the loop.
protocol StepLoopLead: AnyObject, Sendable {
    /// Takes in the losses of a step's minibatch, before its update.
    ///
    /// - Throws: `FastTrainError.diverged` if the loss is not finite.
    func account(_ step: StepLoop.Step) throws(FastTrainError)

    /// Returns what follows on a step. Other members may still be updating their blocks of weights.
    func endStep(_ step: StepLoop.Step) -> StepLoop.Action

    /// Returns what follows on an iteration of a full-batch optimizer.
    ///
    /// - Parameter state: The state of the optimizer after the iteration.
    /// - Throws: `FastTrainError.diverged` if the objective is not finite.
    func endIteration(_ state: LBFGS.State) throws(FastTrainError) -> StepLoop.Action

    /// Returns what follows on an epoch, once its validation rows are evaluated.
    func endEpoch() throws(FastTrainError) -> StepLoop.Action

    /// Whether the run is to stop after the step under way. It is asked once a step if other processes share the work,
    /// which then all stop.
    var wantsToStop: Bool { get }
}

extension StepLoopLead {
    var wantsToStop: Bool { false }
}
