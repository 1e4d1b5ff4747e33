/// The expected outputs of a network for the rows of a split.
package enum Targets: @unchecked Sendable {  // The memory is only read, and the split keeps it alive.
    /// Class labels, one per row, each below the number of classes.
    case u8(UnsafePointer<UInt8>)
    /// Class labels, one per row, each below the number of classes.
    case u16(UnsafePointer<UInt16>)
    /// Class labels, one per row, each at least 0 and below the number of classes.
    case i64(UnsafePointer<Int64>)
    /// Finite numbers to predict, `outputs` per row.
    case values(UnsafePointer<Float>, outputs: Int)

    /// Returns the class of a row, counted from 0, without checking bounds.
    func label(_ row: Int) -> Int {
        switch self {
        case .u8(let labels): Int(labels[row])
        case .u16(let labels): Int(labels[row])
        case .i64(let labels): Int(labels[row])
        case .values: preconditionFailure("values have no labels")
        }
    }
}
