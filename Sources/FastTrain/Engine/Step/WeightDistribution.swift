/// The distribution of a layer's initial weights: uniform from −bound to bound.
enum WeightDistribution {
    /// He-uniform, for activations that keep large positive numbers and suppress negative ones: the bound is
    /// √(6 / inputs) (He et al., "Delving Deep into Rectifiers", 2015).
    case he
    /// Glorot-uniform, for the others and for the last layer: the bound is √(6 / (inputs + outputs)) (Glorot & Bengio,
    /// "Understanding the difficulty of training deep feedforward neural networks", 2010).
    case glorot

    /// Returns the bound for a layer.
    func bound(inputs: Int, outputs: Int) -> Float {
        switch self {
        case .he: Float((6 / Double(inputs)).squareRoot())
        case .glorot: Float((6 / Double(inputs + outputs)).squareRoot())
        }
    }
}
