/// The state of a search.
package struct SearchStatus: Sendable {
    /// A trial that is being trained.
    package struct Running: Sendable, Equatable {
        /// The number of the trial, from 0.
        package var trial: Int
        /// The number of finished epochs over all folds.
        package var epochsDone: Int
        /// The number of epochs to train over all folds.
        package var epochs: Int
    }

    /// The trials in training, in the order in which they started.
    package var running: [Running]
    /// The number of finished trainings of trials.
    package var finished: Int
    /// The number of planned trainings of trials, including the finished ones.
    package var planned: Int
    /// The best result of each trial so far, best trial first.
    package var ranking: [TrialResult]
    /// The seconds since the session began.
    package var seconds: Double
    /// The estimated seconds until the winner's training ends, within the time limit; `nil` if it is too early to
    /// estimate.
    package var secondsLeft: Double?
}
