/// The treatment of a text that is not among the categories of its column.
public enum UnknownCategory: String, Sendable, CaseIterable {
    /// The text is an error.
    case refused = "refuse"
    /// The text belongs to no category, so all features of the column are 0.
    case ignore
}
