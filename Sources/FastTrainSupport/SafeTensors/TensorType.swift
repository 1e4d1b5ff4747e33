/// The element types of a safetensors file. The raw values are their names in the format.
public enum TensorType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case f8E4M3 = "F8_E4M3"
    case f8E5M2 = "F8_E5M2"
    case f8E8M0 = "F8_E8M0"
    case u16 = "U16"
    case i16 = "I16"
    case f16 = "F16"
    case bf16 = "BF16"
    case u32 = "U32"
    case i32 = "I32"
    case f32 = "F32"
    case u64 = "U64"
    case i64 = "I64"
    case f64 = "F64"
    case c64 = "C64"

    /// The size of an element in bytes.
    public var size: Int {
        switch self {
        case .bool, .u8, .i8, .f8E4M3, .f8E5M2, .f8E8M0: 1
        case .u16, .i16, .f16, .bf16: 2
        case .u32, .i32, .f32: 4
        case .u64, .i64, .f64, .c64: 8
        }
    }
}

/// A tensor of a safetensors file and the location of its elements, which are in row-major order.
public struct TensorInfo: Sendable, Equatable {
    /// The name in the file.
    public let name: String
    /// The type of an element.
    public let type: TensorType
    /// The extents, slowest-varying first. Empty for a single number.
    public let shape: [Int]
    /// The offset of the first element from the start of the file, in bytes.
    public let offset: Int
    /// The size of all elements in bytes: the product of `shape`, times `type.size`.
    public let byteCount: Int

    /// The number of elements: the product of `shape`, which is 1 for a single number.
    public var elementCount: Int { byteCount / type.size }
}
