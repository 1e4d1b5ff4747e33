/// The result of a search.
package struct SearchOutcome {
    /// The best result of each trial, best trial first and diverged trials last.
    package let ranking: [TrialResult]
    /// The training of the winner on all training rows; `nil` if the search was interrupted before. It owns its run
    /// folder as long as it exists.
    package let training: Training?
    /// The result of the winner's training; `nil` if the search was interrupted before.
    package let final: Outcome?
    /// Whether trials were skipped because of the time limit.
    package let isCutShort: Bool
    /// Whether `stop` ended the search early.
    package let isInterrupted: Bool
    /// The seconds that this session took.
    package let seconds: Double
}
