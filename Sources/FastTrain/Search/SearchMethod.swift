/// A strategy that decides which trials are trained for how many epochs.
package enum SearchMethod: String, Sendable, CaseIterable {
    /// Trains many trials for a few epochs, then the best third for three times as many epochs, and so on. This repeats
    /// with fewer trials that start with more epochs (Li et al., "Hyperband", 2018).
    case hyperband
    /// Trains each trial, drawn at random, for all epochs.
    case random
    /// Trains each combination of the space's lists for all epochs.
    case grid
}

extension SearchMethod: JSONConvertible {}
