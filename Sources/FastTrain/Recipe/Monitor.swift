/// The figure by which epochs are compared.
public enum Monitor: String, Sendable, CaseIterable {
    /// The loss on the validation rows.
    case validationLoss = "validation-loss"
    /// The accuracy on the validation rows, or R² for numbers.
    case validationScore = "validation-score"
    /// The loss on the training rows. The model that is kept is then that of the last epoch.
    case trainLoss = "train-loss"
}
