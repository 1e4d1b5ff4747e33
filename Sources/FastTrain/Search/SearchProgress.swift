/// An event that a search reports. Only one thread reports at a time.
package enum SearchProgress: Sendable {
    /// The search's folder had a defect; the search continues.
    case warning(String)
    /// Trials are training; reported at most a few times per second.
    case status(SearchStatus)
    /// A training of a trial has finished.
    case trial(TrialResult, SearchStatus)
    /// All trials have finished. From here on the winner is trained on all training rows.
    case winner(TrialResult, recipe: Recipe)
    /// The winner's training has progressed.
    case training(TrainingProgress)
}
