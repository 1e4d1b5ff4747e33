/// The library whose definition an optimizer follows where PyTorch and scikit-learn differ.
enum OptimizerConvention: Sendable {
    /// Adam adds epsilon to the root of the mean of squares after its bias correction. SGD's momentum is a mean of
    /// gradients, which the current learning rate multiplies.
    case pyTorch
    /// Adam adds epsilon to the root of the mean of squares before its bias correction. SGD's momentum is a mean of steps, so
    /// a change of the learning rate does not affect earlier ones.
    case scikitLearn
}
