/// The options of a search.
package struct SearchOptions: Sendable {
    /// The strategy that decides which trials are trained for how long.
    package var method: SearchMethod = .hyperband
    /// The number of trials; `nil` means 50 or, for a grid, all of its combinations.
    package var trials: Int?
    /// The number of cross-validation folds; `nil` means validation on the fraction of rows that the recipe sets.
    package var folds: Int?
    /// The number of epochs for training the winner; `nil` means the number with which it won, or with a patience its
    /// best epoch.
    package var finalEpochs: Int?
    /// The time limit of the search in seconds, including the winner's training as estimated; `nil` means no limit.
    ///
    /// No trial is started that would exceed the limit, and a trial that takes longer than estimated is given up. This
    /// is the only option that can make two searches with the same seed differ.
    package var time: Double?
    /// The number of threads; `nil` means one for each usable CPU, over all trials. It does not affect any result.
    package var threads: Int?
    /// The folder of the search; `nil` means that nothing is written.
    package var output: String?

    /// Creates options with default values.
    package init() {}
}
