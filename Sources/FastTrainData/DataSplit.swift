/// The training rows or the test rows of a data set. Every label is a class and every number is finite, which is
/// checked when the split is created.
///
/// The pointers are valid as long as the split, or a copy of it, lives. The optimizer may release it after its last
/// mention, so a function that uses the pointers ends with `extendLifetime(split)`.
public struct DataSplit: Sendable {
    /// The number of rows, at least 1.
    public let count: Int
    /// The features. Row `r` starts at element `r * featureCount`.
    public let features: Features
    /// The targets. Row `r` has label `r`, or the values starting at `r * outputs`.
    public let targets: Targets
    /// The weight of each row, or `nil` if all rows have the same weight. Weights are finite, at least 0, and not all
    /// 0.
    public nonisolated(unsafe) let weights: UnsafePointer<Float>?  // Only read, like the features and the targets.

    /// The indices of all rows.
    package var allRows: [Int32] { (0..<Int32(count)).map { $0 } }

    /// The last class; 0 if the targets are values.
    let lastLabel: Int
    /// The objects that own the memory of the pointers.
    let owners: [any AnyObject & Sendable]

    /// Returns the class of a row, counted from 0. The targets must be labels, not values.
    public func label(_ row: Int) -> Int {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        defer { extendLifetime(owners) }
        // Labels were checked, but the file may have been written to since. Clamping keeps them within the bounds of
        // any array.
        return min(max(targets.label(row), 0), lastLabel)
    }

    /// Returns the number of rows in each class. The targets must be labels, not values.
    public func labelCounts(classCount: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: classCount)
        for row in 0..<count { counts[label(row)] += 1 }
        return counts
    }
}
