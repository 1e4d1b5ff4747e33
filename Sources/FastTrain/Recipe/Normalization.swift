/// What is done to the sums of a hidden layer before its activation: mean 0 and variance 1, then a scale and a shift that
/// are trained. Definitions and defaults (epsilon 1e-5, momentum 0.1) are PyTorch's.
public enum Normalization: String, Sendable, CaseIterable {
    case none
    /// Of each unit over the minibatch, all its shards; after training by running statistics (Ioffe & Szegedy 2015).
    case batch
    /// Of each row over the layer's units (Ba et al. 2016).
    case layer
}
