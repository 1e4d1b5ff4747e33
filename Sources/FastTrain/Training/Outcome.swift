/// The result of a run.
public struct Outcome: Sendable {
    /// The model of the best epoch by the recipe's monitor if the run has validation, and of the last epoch otherwise.
    public let model: Model
    /// The records of the finished epochs.
    public let history: [EpochRecord]
    /// The evaluation of `model` on the test rows; `nil` without test rows or if the run was interrupted.
    public let test: Evaluation?
    /// The evaluation of `model` on the validation rows; `nil` without validation or if the run was interrupted.
    public let validation: Evaluation?
    /// The epoch that `model` was taken from, from 1; `nil` without validation.
    public let bestEpoch: Int?
    /// The reason why the run ended.
    public let ending: Ending
    /// The path of the newest checkpoint; `nil` without a run folder.
    public let checkpoint: String?
    /// The wall-clock time in seconds since the start of the run, including earlier sessions of a resumed run.
    public let seconds: Double

    /// The reason why a run ended.
    public enum Ending: String, Sendable {
        /// All epochs are finished.
        case epochs
        /// No epoch improved for as many epochs as the recipe's `patience`.
        case patience
        /// The improvement stayed below the recipe's `tol` for more than `nIterNoChange` epochs, at the lowest rate of
        /// an adaptive schedule.
        case tolerance = "tol"
        /// L-BFGS found a point where the gradient is small enough or the loss stops decreasing.
        case convergence = "converged"
        /// One more epoch would have exceeded `RunOptions.maxTime`.
        case time = "max-time"
        /// `stop`, `TrainingJob.stop()` or the cancellation of a task ended it before its last step. With a run folder,
        /// `Training.resume` continues it.
        case interrupted
    }
}
