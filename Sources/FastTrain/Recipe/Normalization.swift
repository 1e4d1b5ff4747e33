/// The normalization of a hidden layer before its activation: to mean 0 and variance 1, followed by a trained scale and
/// shift. Definitions and defaults (epsilon 1e-5, momentum 0.1) are those of PyTorch.
public enum Normalization: String, Sendable, CaseIterable {
    case none
    /// Each unit is normalized over the minibatch, all its shards included, and after training by running statistics
    /// (Ioffe & Szegedy 2015).
    case batch
    /// Each row is normalized over the layer's units (Ba et al. 2016).
    case layer
}
