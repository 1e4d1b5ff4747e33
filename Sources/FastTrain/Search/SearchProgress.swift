/// What a search takes besides its recipe and its space.
public struct SearchOptions: Sendable {
    /// How it goes about its trials.
    public var method: SearchMethod = .hyperband
    /// How many trials; nil: 50, or with a grid all of its combinations.
    public var trials: Int?
    /// Validation by so many folds in turn, instead of the recipe's share of rows.
    public var folds: Int?
    /// For the winner's last training; nil: those by which it won, with a patience up to its best epoch.
    public var finalEpochs: Int?
    /// Seconds in all, that last training included as far as it can be foreseen: no trial is begun that would not fit,
    /// and one that takes longer than was foreseen is given up. nil: no limit. It is the one thing by which two
    /// searches with the same seed may differ.
    public var time: Double?
    /// Threads that work at once; nil: as many as there are usable CPUs. They change no result.
    public var threads: Int?
    /// The folder of the search; nil: nothing is written.
    public var output: String?

    /// The defaults.
    public init() {}
}

/// What a search tells while it goes on, by one thread at a time.
public enum SearchProgress: Sendable {
    /// Something in the search's folder was not as it should be; the search goes on.
    case warning(String)
    /// Trials train; at most a few times a second.
    case status(SearchStatus)
    /// A trial has come to an end, of a rung or of all.
    case trial(TrialResult, SearchStatus)
    /// All trials have; the winner is trained on all training rows from here on.
    case winner(TrialResult, recipe: Recipe)
    /// Of that training.
    case training(Progress)
}

/// Where a search stands.
public struct SearchStatus: Sendable {
    /// A trial that is in training.
    public struct Running: Sendable, Equatable {
        /// Its number, from 0.
        public var trial: Int
        /// Epochs it has been trained for, all folds together.
        public var epochsDone: Int
        /// That it is to be trained for, likewise.
        public var epochs: Int
    }

    /// In the order in which they began.
    public var running: [Running]
    /// Trainings of trials that are done, and how many there are to be.
    public var finished: Int
    /// See `finished`.
    public var planned: Int
    /// The best so far, one result a trial.
    public var ranking: [TrialResult]
    /// Since the session began.
    public var seconds: Double
    /// Up to the end of the winner's training, at this speed and within the limit; nil when it is too early to say.
    public var secondsLeft: Double?
}

/// What a search came to.
public struct SearchOutcome {
    /// One result a trial, its best; the best trial first, what diverged last.
    public let ranking: [TrialResult]
    /// By which the winner was trained in the end, on all training rows; nil when the search was interrupted before.
    /// It owns its run folder as long as it lives.
    public let training: Training?
    /// What that came to.
    public let final: Outcome?
    /// Whether trials were left out for lack of time.
    public let isCutShort: Bool
    /// The signal that ended the search early.
    public let interrupted: Int32?
    /// Of this session.
    public let seconds: Double
}
