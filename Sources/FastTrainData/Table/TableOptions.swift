/// The settings of `fasttrain-data csv`: how columns become features and targets, and which rows are for testing.
public struct TableOptions: Sendable {
    /// The columns to predict, by name or by position, counted from 1. Several targets are a regression.
    public var targets: [String]
    /// The task, or `nil` to derive it from the target: text is classes, and numbers are a regression if one is not
    /// whole or there are several targets. Whole numbers could be either, so they need an explicit task.
    public var task: Task?
    /// The columns of categories whose fields are numbers. Columns of text are always categories.
    public var categorical: [String] = []
    /// The columns to leave out.
    public var ignored: [String] = []
    /// The column of row weights, if any.
    public var weights: String?
    /// How numbers are scaled to features.
    public var scale = Scaling.standard
    /// How numbers to predict are scaled. `nil` means standardization.
    public var targetScale: Scaling?
    /// The replacement for missing numbers. A missing text becomes a category of its own. `nil` means that a missing
    /// field is an error.
    public var missing: Fill?
    /// The share of rows held out for testing, in 0..<1, taken equally from each class. 0 means none.
    public var test = 0.2
    /// A table of test rows, used instead of a share.
    public var testFile: String?
    /// The seed for drawing the test rows.
    public var seed: UInt64 = 1
    /// The format of the files, or `nil` to derive it from the file names.
    public var format: CSVFormat?
    /// The treatment of categories that occur only in `testFile`.
    public var unknown = UnknownCategory.refused

    /// Creates the default settings for predicting `targets`.
    public init(targets: [String]) {
        self.targets = targets
    }

    /// The kind of quantity to predict.
    public enum Task: String, Sendable, CaseIterable {
        case classification, regression
    }

    /// How numbers are scaled, based on the training rows.
    public enum Scaling: String, Sendable, CaseIterable {
        /// To mean 0 and variance 1 (scikit-learn's StandardScaler).
        case standard
        /// To 0…1 (scikit-learn's MinMaxScaler).
        case minMax = "min-max"
        /// Unchanged.
        case unscaled = "none"
    }

    /// The replacement for missing numbers: a statistic of the training rows of the column.
    public enum Fill: String, Sendable, CaseIterable {
        case mean, median
    }
}
