/// The features of a split's rows, one row after the other, each `featureCount` elements.
public enum Features: @unchecked Sendable {  // Sendable: the memory is only read; the split keeps it alive.
    /// Bytes, each to be multiplied by `scale` where it is used (1/255 for images).
    case u8(UnsafePointer<UInt8>, scale: Float)
    /// Numbers as they are; all finite.
    case f32(UnsafePointer<Float>)
}

/// What a network should answer for each row of a split.
public enum Targets: @unchecked Sendable {  // Sendable: the memory is only read; the split keeps it alive.
    /// Class labels, one a row, each below the number of classes.
    case u8(UnsafePointer<UInt8>)
    /// Class labels, one a row, each below the number of classes.
    case u16(UnsafePointer<UInt16>)
    /// Class labels, one a row, each from 0 and below the number of classes.
    case i64(UnsafePointer<Int64>)
    /// Numbers to predict, `outputs` a row; all finite.
    case values(UnsafePointer<Float>, outputs: Int)

    /// The class of a row, from 0; unchecked.
    func label(_ row: Int) -> Int {
        switch self {
        case .u8(let labels): Int(labels[row])
        case .u16(let labels): Int(labels[row])
        case .i64(let labels): Int(labels[row])
        case .values: preconditionFailure("values have no labels")
        }
    }
}

/// Rows of a data set: the training rows, or the test rows. Checked when it is made: every label is a class, every
/// number finite.
///
/// The pointers are valid while the split, or a copy of it, lives. The optimizer may end that after the last mention
/// of it, so a function that uses them ends with `extendLifetime(split)`.
public struct DataSplit: Sendable {
    /// The number of rows, at least 1.
    public let count: Int
    /// Row `r` starts at element `r * featureCount`.
    public let features: Features
    /// Label `r`, or the values from `r * outputs`, belong to row `r`.
    public let targets: Targets
    /// How much row `r` counts, if rows count differently: finite, at least 0, not all 0.
    public nonisolated(unsafe) let weights: UnsafePointer<Float>?  // Only read, as the features and the targets are.

    /// The numbers of all rows.
    package var allRows: [Int32] { (0..<Int32(count)).map { $0 } }

    /// The last class; 0 of values.
    let lastLabel: Int
    /// What the pointers point into.
    let owners: [any AnyObject & Sendable]

    /// The class of a row, from 0. The split must hold labels, not values.
    public func label(_ row: Int) -> Int {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        defer { extendLifetime(owners) }
        // Labels were checked, but the file may have been written to since: no label leads out of anyone's array.
        return min(max(targets.label(row), 0), lastLabel)
    }

    /// Rows of each class, for `classCount` classes. The split must hold labels.
    public func labelCounts(classCount: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: classCount)
        for row in 0..<count { counts[label(row)] += 1 }
        return counts
    }
}
