/// The options of a search.
public struct SearchOptions: Sendable {
    /// The strategy that decides which trials are trained for how long.
    public var method: SearchMethod = .hyperband
    /// The number of trials; `nil` means 50 or, for a grid, all of its combinations.
    public var trials: Int?
    /// The number of cross-validation folds; `nil` means validation on the fraction of rows that the recipe sets.
    public var folds: Int?
    /// The number of epochs for training the winner; `nil` means the number with which it won, or with a patience its
    /// best epoch.
    public var finalEpochs: Int?
    /// The time limit of the search in seconds, including the winner's training as estimated; `nil` means no limit.
    ///
    /// No trial is started that would exceed the limit, and a trial that takes longer than estimated is given up. This
    /// is the only option that can make two searches with the same seed differ.
    public var time: Double?
    /// The number of threads; `nil` means one for each usable CPU. It does not affect any result.
    public var threads: Int?
    /// The folder of the search; `nil` means that nothing is written.
    public var output: String?

    /// Creates options with default values.
    public init() {}
}

/// An event that a search reports. Only one thread reports at a time.
public enum SearchProgress: Sendable {
    /// The search's folder had a defect; the search continues.
    case warning(String)
    /// Trials are training; reported at most a few times per second.
    case status(SearchStatus)
    /// A training of a trial has finished.
    case trial(TrialResult, SearchStatus)
    /// All trials have finished. From here on the winner is trained on all training rows.
    case winner(TrialResult, recipe: Recipe)
    /// The winner's training has progressed.
    case training(Progress)
}

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

/// The result of a search.
public struct SearchOutcome {
    /// The best result of each trial, best trial first and diverged trials last.
    public let ranking: [TrialResult]
    /// The training of the winner on all training rows; `nil` if the search was interrupted before. It owns its run
    /// folder as long as it exists.
    public let training: Training?
    /// The result of the winner's training; `nil` if the search was interrupted before.
    public let final: Outcome?
    /// Whether trials were skipped because of the time limit.
    public let isCutShort: Bool
    /// The signal that ended the search early; `nil` if there was none.
    public let interrupted: Int32?
    /// The seconds that this session took.
    public let seconds: Double
}
