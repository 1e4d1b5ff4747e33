/// The weights that rows have in training by their class. The loss of a minibatch is the weighted mean over its rows.
public enum ClassWeight: Sendable, Hashable {
    /// Weights that give all classes the same total, as in scikit-learn: rows / (classes · rows of the class), counted over
    /// the rows that are trained on.
    case balanced
    /// One weight for each class, in the order of the classes.
    case given([Double])
}
