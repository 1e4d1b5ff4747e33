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
    /// Whether `stop` ended the search early.
    public let isInterrupted: Bool
    /// The seconds that this session took.
    public let seconds: Double
}
