/// A tensor of a safetensors file and the location of its elements, which are in row-major order.
package struct TensorInfo: Sendable, Equatable {
    /// The name in the file.
    package let name: String
    /// The type of an element.
    package let type: TensorType
    /// The extents, slowest-varying first. Empty for a single number.
    package let shape: [Int]
    /// The offset of the first element from the start of the file, in bytes.
    package let offset: Int
    /// The size of all elements in bytes: the product of `shape`, times `type.size`.
    package let byteCount: Int

    /// The number of elements: the product of `shape`, which is 1 for a single number.
    package var elementCount: Int { byteCount / type.size }
}
