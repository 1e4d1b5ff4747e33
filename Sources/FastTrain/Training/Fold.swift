/// One fold of a cross-validation: its rows are held out while the others are trained on.
struct Fold: Sendable, Equatable {
    /// The number of the fold, from 0.
    let index: Int
    let count: Int
}
