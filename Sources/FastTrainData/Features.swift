/// The features of the rows of a split, one row after another, with `featureCount` elements each.
package enum Features: @unchecked Sendable {  // The memory is only read, and the split keeps it alive.
    /// Bytes, which are multiplied by `scale` when they are used (1/255 for images).
    case u8(UnsafePointer<UInt8>, scale: Float)
    /// Finite numbers, used unchanged.
    case f32(UnsafePointer<Float>)
}
