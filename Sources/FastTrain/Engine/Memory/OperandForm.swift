/// The form in which a product whose sums run over columns reads a matrix of activations or of gradients.
package enum OperandForm: String, Sendable, CaseIterable {
    /// The matrix itself.
    case numbers
    /// Lists of the numbers that are not zero.
    case lists
    /// Pairs of neighboring columns in bfloat16.
    case pairs
    /// Lists of the pairs that are not zero.
    case listedPairs
}
