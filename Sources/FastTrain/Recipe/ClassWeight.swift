/// What the rows of each class count in training, where 1 is what they count without it. A minibatch's loss is the mean
/// by these weights.
public enum ClassWeight: Sendable, Equatable {
    /// Rows / (classes · rows of the class), by the rows trained on: each class counts as much as any other (scikit-learn's).
    case balanced
    /// One for each class, in their order.
    case given([Double])
}
