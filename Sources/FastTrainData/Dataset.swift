/// A data set in memory or memory-mapped: features and what to learn from them, training rows and perhaps test rows.
///
/// Whatever it is made from, it is checked once, here: shapes agree, labels are classes, numbers are finite.
public struct Dataset: Sendable {
    /// The path of its file, or what it is called in messages.
    public let name: String
    /// The extents of a row's features: `[28, 28]` for an image, `[n]` for n columns.
    public let featureShape: [Int]
    /// What is to be learned.
    public let task: Task
    /// The rows to learn from.
    public let train: DataSplit
    /// The rows kept apart to measure on, if there are any.
    public let test: DataSplit?
    /// How features and targets were made of a table's columns, if they were.
    public internal(set) var preprocessing: Preprocessing?
    /// 16 hexadecimal digits that tell this content from any other: the XXH64 of the file (the digits of its own
    /// digest read as zeros), or of the elements and shapes for data in memory.
    public let fingerprint: String

    /// What is to be learned.
    public enum Task: Sendable, Equatable {
        /// Which of these classes a row belongs to; a label is an index into them.
        case classification(classes: [String])
        /// These numbers of each row.
        case regression(targets: [String])
    }

    /// This data set, whose features were made so.
    func prepared(by preprocessing: Preprocessing) -> Dataset {
        var dataset = self
        dataset.preprocessing = preprocessing
        return dataset
    }

    /// Throws `.badData` when a file that the rows lie in was written to, or has another size, since it was opened: what
    /// was computed from them meanwhile is not to be trusted.
    package func checkUnchanged() throws(FastTrainError) {
        for owner in train.owners + (test?.owners ?? []) { try (owner as? any UnchangingFile)?.checkUnchanged() }
    }

    /// Elements of a row: the product of `featureShape`.
    public var featureCount: Int { featureShape.reduce(1, *) }

    /// The outputs a network for this data has: the number of classes, or of targets.
    public var outputCount: Int {
        switch task {
        case .classification(let classes): classes.count
        case .regression(let targets): targets.count
        }
    }

    /// One line for a person: `60,000 training and 10,000 test rows, 28×28 U8, 10 classes`, with `, weighted`
    /// if rows have weights.
    public var summary: String {
        let rows =
            test.map { "\(grouped(train.count)) training and \(grouped($0.count)) test rows" }
            ?? "\(grouped(train.count)) training rows"
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

/// A count with commas between thousands.
func grouped(_ count: Int) -> String {
    var text = String(count)
    var index = text.index(text.endIndex, offsetBy: -3, limitedBy: text.startIndex)
    while let comma = index, comma > text.startIndex, text[..<comma] != "-" {
        text.insert(",", at: comma)
        index = text.index(comma, offsetBy: -3, limitedBy: text.startIndex)
    }
    return text
}
