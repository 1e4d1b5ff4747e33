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
