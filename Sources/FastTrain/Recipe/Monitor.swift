/// A figure of each epoch.
public enum Monitor: String, Sendable, CaseIterable {
    /// Of the rows held out.
    case validationLoss = "validation-loss"
    /// Of the rows held out: accuracy, or R² of numbers.
    case validationScore = "validation-score"
    /// Of the rows trained on. The model that is kept is then the last one.
    case trainLoss = "train-loss"
}
