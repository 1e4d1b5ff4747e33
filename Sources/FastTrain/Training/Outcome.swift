/// What a run ended with.
public struct Outcome: Sendable {
    /// The best epoch's by the recipe's monitor if rows were held out, else the last.
    public let model: Model
    /// One record for each finished epoch.
    public let history: [EpochRecord]
    /// Of `model` on the test rows; nil without test rows, or when the run was interrupted.
    public let test: Evaluation?
    /// Of `model` on the rows held out; nil without, or when the run was interrupted.
    public let validation: Evaluation?
    /// The epoch that `model` is of, from 1; nil without validation.
    public let bestEpoch: Int?
    /// The signal that ended the run early.
    public let interrupted: Int32?
    /// Why the run ended; nil when it was interrupted.
    public let ending: Ending?
    /// The newest checkpoint's path; nil without a run folder.
    public let checkpoint: String?
    /// Wall-clock time since the start of the run, earlier sessions of a resumed run included.
    public let seconds: Double

    /// Why a run ended by itself.
    public enum Ending: String, Sendable {
        /// All epochs are done.
        case epochs
        /// No epoch was better for as many as the recipe's patience.
        case patience
        /// As the recipe's `tol` has it: no epoch brought as much for more than `nIterNoChange`, at the lowest rate of an
        /// adaptive schedule.
        case tolerance = "tol"
        /// Lbfgs has found a point where the gradient is small enough or the loss does not fall any more.
        case convergence = "converged"
        /// One more epoch would have taken longer than `RunOptions.maxTime`.
        case time = "max-time"
    }
}
