/// The name, type and shape of a tensor to be written.
package struct TensorLayout {
    package let name: String
    package let type: TensorType
    package let shape: [Int]

    /// Creates a layout from the tensor's name, element type and shape.
    package init(name: String, type: TensorType, shape: [Int]) {
        self.name = name
        self.type = type
        self.shape = shape
    }

    /// The size of all elements in bytes.
    package var byteCount: Int { shape.reduce(type.size, *) }
}
