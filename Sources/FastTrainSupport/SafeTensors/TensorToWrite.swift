/// A tensor to be written, with its elements in row-major order, little-endian.
package struct TensorToWrite: @unchecked Sendable {  // Its memory is only read.
    /// The name in the file.
    package let name: String
    /// The type of an element.
    package let type: TensorType
    /// The extents, slowest-varying first.
    package let shape: [Int]

    private let elements: Elements

    /// The storage of the elements. Arrays are shared, not copied, because those of a checkpoint are most of the memory
    /// in use.
    private enum Elements {
        case bytes(UnsafeRawBufferPointer)
        case floats([Float])
        case integer(Int64)

        var byteCount: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .floats(let floats): floats.count * MemoryLayout<Float>.stride
            case .integer: MemoryLayout<Int64>.size
            }
        }
    }

    /// Creates a tensor whose elements stay in place. They must not move or change until the file is written.
    package init(name: String, type: TensorType, shape: [Int], bytes: UnsafeRawBufferPointer) {
        self.init(name: name, type: type, shape: shape, elements: .bytes(bytes))
    }

    /// Creates an F32 tensor.
    package init(name: String, shape: [Int], floats: [Float]) {
        self.init(name: name, type: .f32, shape: shape, elements: .floats(floats))
    }

    /// The elements of an F32 tensor that was made from an array.
    package var floats: [Float]? { if case .floats(let floats) = elements { floats } else { nil } }

    /// Creates an I64 tensor without dimensions, which is a single number.
    package init(name: String, integer: Int64) {
        self.init(name: name, type: .i64, shape: [], elements: .integer(integer))
    }

    private init(name: String, type: TensorType, shape: [Int], elements: Elements) {
        let count = elements.byteCount
        precondition(count == shape.reduce(type.size, *), "\(name): \(count) bytes for shape \(shape)")
        self.name = name
        self.type = type
        self.shape = shape
        self.elements = elements
    }

    /// Calls `body` with the elements as they are stored in the file.
    func withBytes(
        _ body: (UnsafeRawBufferPointer) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        switch elements {
        case .bytes(let bytes): try body(bytes)
        case .floats(let floats):
            try floats.withUnsafeBufferPointer { (buffer) throws(FastTrainError) in
                try body(UnsafeRawBufferPointer(buffer))
            }
        case .integer(let integer):
            try [integer].withUnsafeBufferPointer { (buffer) throws(FastTrainError) in
                try body(UnsafeRawBufferPointer(buffer))
            }
        }
    }
}
