/// The state of a search.
public struct SearchStatus: Sendable {
    /// A trial that is being trained.
    public struct Running: Sendable, Equatable {
        /// The number of the trial, from 0.
        public var trial: Int
        /// The number of finished epochs over all folds.
        public var epochsDone: Int
        /// The number of epochs to train over all folds.
        public var epochs: Int
    }

    /// The trials in training, in the order in which they started.
    public var running: [Running]
    /// The number of finished trainings of trials.
    public var finished: Int
    /// The number of planned trainings of trials, including the finished ones.
    public var planned: Int
    /// The best result of each trial so far, best trial first.
    public var ranking: [TrialResult]
    /// The seconds since the session began.
    public var seconds: Double
    /// The estimated seconds until the winner's training ends, within the time limit; `nil` if it is too early to
    /// estimate.
    public var secondsLeft: Double?
}
