/// What becomes of a table's columns, and which rows are for testing: the settings of `fasttrain-data csv`.
public struct TableOptions: Sendable {
    /// The columns to be predicted, by name or by position from 1; at least one. Several are a regression.
    public var targets: [String]
    /// nil: classes where the target is text, numbers where one of them is no whole number or there are several targets;
    /// whole numbers could be either, so they have to be told apart.
    public var task: Task?
    /// Columns of categories whose fields are numbers. Text is categories in any case.
    public var categorical: [String] = []
    /// Columns that are not used.
    public var ignored: [String] = []
    /// The column of row weights.
    public var weights: String?
    /// How numbers become features.
    public var scale = Scaling.standard
    /// How numbers to be predicted become those to be learned; nil: by standardisation.
    public var targetScale: Scaling?
    /// What stands for a missing number; nil: a missing field is an error. A missing text is then a category.
    public var missing: Fill?
    /// Share of the rows kept for testing, in 0..<1, of each class alike; 0: none.
    public var test = 0.2
    /// A table of rows for testing, in place of a share.
    public var testFile: String?
    /// What the share is drawn by.
    public var seed: UInt64 = 1
    /// Of the files; nil: by their names.
    public var format: CSVFormat?
    /// Categories that are in `testFile` alone.
    public var unknown = UnknownCategory.refused

    /// The defaults.
    public init(targets: [String]) {
        self.targets = targets
    }

    /// What is to be learned.
    public enum Task: String, Sendable, CaseIterable {
        case classification, regression
    }

    /// How numbers are scaled, by what the training rows say.
    public enum Scaling: String, Sendable, CaseIterable {
        /// To mean 0 and variance 1 (scikit-learn's StandardScaler).
        case standard
        /// To 0…1 (scikit-learn's MinMaxScaler).
        case minMax = "min-max"
        /// Numbers stay as they are.
        case unscaled = "none"
    }

    /// What stands for a missing number: a figure of its column's training rows.
    public enum Fill: String, Sendable, CaseIterable {
        case mean, median
    }
}

/// What becomes of a text that is none of a column's categories.
public enum UnknownCategory: String, Sendable, CaseIterable {
    /// It is an error.
    case refused = "refuse"
    /// It is no category: all features of the column are 0.
    case ignore
}
