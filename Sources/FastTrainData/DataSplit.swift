/// The training rows or the test rows of a data set. Every label is a class and every number is finite, which is
/// checked when the split is created.
///
/// A split carries the description of its data set, so that everything that takes a split can check it.
///
/// The pointers are valid as long as the split, or a copy of it, lives. The optimizer may release it after its last
/// mention, so a function that uses the pointers ends with `extendLifetime(split)`.
public struct DataSplit: Sendable {
    /// The name of the data set, for messages.
    public let name: String
    /// The shape of the features of a row: `[28, 28]` for an image, `[n]` for n columns.
    public let featureShape: [Int]
    /// The quantity to learn.
    public let task: Dataset.Task
    /// How the features and targets were made from the columns of a table, if they were.
    package internal(set) var preprocessing: Preprocessing?
    /// The number of rows, at least 1.
    public let count: Int
    /// The features. Row `r` starts at element `r * featureCount`.
    package let features: Features
    /// The targets. Row `r` has label `r`, or the values starting at `r * outputs`.
    package let targets: Targets
    /// The weight of each row, or `nil` if all rows have the same weight. Weights are finite, at least 0, and not all
    /// 0.
    package nonisolated(unsafe) let weights: UnsafePointer<Float>?  // Only read, like the features and the targets.
    /// The objects that own the memory of the pointers.
    let owners: [any AnyObject & Sendable]

    /// The number of features of a row: the product of `featureShape`.
    public var featureCount: Int { featureShape.reduce(1, *) }

    /// The number of outputs of a network for this data: the number of classes or targets.
    public var outputCount: Int { task.outputCount }

    /// The factor that U8 features are multiplied by; `nil` if the features are floats.
    package var scale: Float? {
        if case .u8(_, let scale) = features { scale } else { nil }
    }

    /// The indices of all rows.
    package var allRows: [Int32] { (0..<Int32(count)).map { $0 } }

    /// Throws `.badData` if a file that contains the rows was modified since it was opened. Anything computed from them
    /// since then cannot be trusted.
    package func checkUnchanged() throws(FastTrainError) {
        for owner in owners { try (owner as? any UnchangingFile)?.checkUnchanged() }
    }

    /// Returns the class of a row, counted from 0.
    ///
    /// - Precondition: `row` is below `count`, and the task is classification.
    public func label(_ row: Int) -> Int {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        defer { extendLifetime(owners) }
        // Labels were checked, but the file may have been written to since. Clamping keeps them within the bounds of
        // any array.
        return min(max(targets.label(row), 0), outputCount - 1)
    }

    /// The number of rows in each class; empty for regression.
    package var labelCounts: [Int] {
        guard case .classification(let classes) = task else { return [] }
        var counts = [Int](repeating: 0, count: classes.count)
        for row in 0..<count { counts[label(row)] += 1 }
        return counts
    }
}
