/// A data set in memory or in a memory-mapped file: training rows and, optionally, test rows.
///
/// Every data set is checked once, when it is created: shapes match, labels are classes, and numbers are finite.
public struct Dataset: Sendable {
    /// The path of the file, or another name for messages.
    public let name: String
    /// The shape of the features of a row: `[28, 28]` for an image, `[n]` for n columns.
    public let featureShape: [Int]
    /// The quantity to learn.
    public let task: Task
    /// The rows to train on.
    public internal(set) var train: DataSplit
    /// The rows held out for testing, if any.
    public internal(set) var test: DataSplit?
    /// How the features and targets were made from the columns of a table, if they were.
    package internal(set) var preprocessing: Preprocessing?
    /// 16 hexadecimal digits that identify the content: the XXH64 hash of the file, with the digits of its own digest
    /// read as zeros, or of the elements and shapes if the data is in memory.
    package let fingerprint: String

    /// The quantity that a network learns to predict.
    public enum Task: Sendable, Equatable {
        /// The class of a row. A label is an index into the names of the classes.
        case classification(classes: [String])
        /// One or more numbers per row, with their names.
        case regression(targets: [String])

        /// The number of outputs of a network for this task: the number of classes or targets.
        package var outputCount: Int {
            switch self {
            case .classification(let classes): classes.count
            case .regression(let targets): targets.count
            }
        }
    }

    /// Returns this data set with the given description of how its features were made.
    func prepared(by preprocessing: Preprocessing) -> Dataset {
        var dataset = self
        dataset.preprocessing = preprocessing
        dataset.train.preprocessing = preprocessing
        dataset.test?.preprocessing = preprocessing
        return dataset
    }

    /// Throws `.badData` if a file that contains the rows was modified since it was opened. Anything computed from them
    /// since then cannot be trusted.
    package func checkUnchanged() throws(FastTrainError) {
        try train.checkUnchanged()
        try test?.checkUnchanged()
    }

    /// The number of features of a row: the product of `featureShape`.
    package var featureCount: Int { train.featureCount }

    /// The number of outputs of a network for this data: the number of classes or targets.
    package var outputCount: Int { task.outputCount }

    /// The factor that U8 features are multiplied by; `nil` if the features are floats.
    package var scale: Float? { train.scale }

    /// One line for people, such as `60,000 training and 10,000 test rows, 28×28 U8, 10 classes`. `, weighted` is
    /// appended if rows have weights.
    package var summary: String {
        let rows =
            test.map { "\(Format.integer(train.count)) training and \(Format.integer($0.count)) test rows" }
            ?? "\(Format.integer(train.count)) training rows"
        let type = if case .u8 = train.features { "U8" } else { "F32" }
        let outputs =
            switch task {
            case .classification(let classes): "\(classes.count) classes"
            case .regression(let targets): targets.count == 1 ? "1 target" : "\(targets.count) targets"
            }
        let weighted = train.weights == nil && test?.weights == nil ? "" : ", weighted"
        return "\(rows), \(featureShape.map(String.init).joined(separator: "×")) \(type), \(outputs)\(weighted)"
    }
}
