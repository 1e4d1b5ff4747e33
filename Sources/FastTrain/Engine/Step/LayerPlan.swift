/// How a step treats one layer: which part of its matrices each member of the team makes, and in which form its three
/// products read them.
///
/// The three products of a layer are X·Wᵀ + b forward, δ·W backward, and the weight gradient δᵀ·X, with the input X,
/// [rows, inputs], and the gradient δ of the layer's sums, [rows, outputs].
struct LayerPlan: Sendable {
    /// How the members divide a matrix [rows, columns] among themselves.
    enum Division: Sendable {
        /// Each member has all columns of some rows.
        case rows
        /// Each member has all rows of some panels of columns.
        case panels
    }

    /// The position of the layer in the network, from 0.
    let index: Int
    /// The number of columns of X.
    let inputs: Int
    /// The number of columns of δ and of the layer's outputs.
    let outputs: Int
    /// The division by which X was made: that of the previous layer's outputs, or `.rows` for the features.
    let inputDivision: Division
    /// The division of the layer's products: forward the members divide its outputs by it, backward the gradient of its
    /// inputs.
    let division: Division
    /// The division by which δ was made: that of the next layer's products, or `.rows` after the last layer.
    let deltaDivision: Division
    /// The form in which the forward product reads X.
    let inputForm: OperandForm
    /// The form in which the backward product reads δ.
    let deltaForm: OperandForm
    /// The way in which the weight gradient is made.
    let gradientForm: GradientForm
    /// The number of inputs of a block of the weight gradient; see `PlanChoices.Layer`.
    let inputsPerBlock: Int
    /// Whether X and δ are brought into other forms in a phase of their own. Only the features need none: they are
    /// gathered in the form that the first layer reads, and that layer has no backward product.
    let hasPacking: Bool
    /// Whether a normalization stands between the layer's sums and their activation.
    let isNormalized: Bool
    /// Whether the derivative of the layer's activation is stored in the forward pass.
    let storesDerivative: Bool

    /// The division by which X is packed. Before a layer that is divided by panels, each member packs what it made;
    /// before a layer that is divided by rows, each member packs the rows that it will read.
    var inputPacking: Division { division == .panels ? inputDivision : .rows }

    /// Whether the members wait for each other before X is packed: they pack other parts of it than they made.
    var waitsForInput: Bool { inputDivision == .panels && division == .rows }
}
