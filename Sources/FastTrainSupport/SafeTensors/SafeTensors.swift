/// A safetensors file, open for reading: memory-mapped, checked in full, nothing copied.
///
/// The format: 8 bytes of header length (little-endian), a JSON header, the elements of all tensors without a gap.
/// See github.com/huggingface/safetensors.
public final class SafeTensors: @unchecked Sendable {  // Sendable: read-only memory that the object keeps alive.
    /// The path, or what stands in its place in messages.
    public let name: String
    /// The `__metadata__` entries.
    public let metadata: [String: String]
    /// All tensors, in the order of their elements in the file.
    public let tensors: [TensorInfo]

    /// The whole file.
    let file: UnsafeRawBufferPointer
    /// Where the 16 digits of the digest stand in the file, if it has one.
    let digestOffset: Int?
    private let mapping: MappedFile?
    private let indices: [String: Int]

    /// Maps the file at `path` and checks its header: bounds, types, shapes, no gap, no overlap, no name twice.
    ///
    /// Throws `.noInput` when there is no such file, `.badData` with the byte offset when it is malformed. The
    /// elements are not read yet: `verifyDigest` does that.
    public convenience init(path: String) throws(FastTrainError) { try self.init(path: path, name: path) }

    /// `name`: what it is called in messages.
    package convenience init(path: String, name: String) throws(FastTrainError) {
        let mapping = try MappedFile(path: path, name: name)
        try self.init(file: mapping.bytes, name: name, mapping: mapping)
    }

    /// Reads a file that is in memory already, under a name for messages. The memory must outlive the object.
    public convenience init(bytes: UnsafeRawBufferPointer, name: String) throws(FastTrainError) {
        try self.init(file: bytes, name: name, mapping: nil)
    }

    private init(file: UnsafeRawBufferPointer, name: String, mapping: MappedFile?) throws(FastTrainError) {
        defer { extendLifetime(mapping) }
        let header = try SafeTensorsHeader(parsing: file, name: name)
        self.file = file
        self.name = name
        self.mapping = mapping
        metadata = header.metadata
        tensors = header.tensors
        digestOffset = header.digestOffset
        var indices: [String: Int] = [:]
        indices.reserveCapacity(tensors.count)
        for (index, tensor) in tensors.enumerated() { indices[tensor.name] = index }
        self.indices = indices
    }

    /// Bytes of the whole file.
    public var byteCount: Int { file.count }

    /// Throws `.badData` when the file was written to, or has another size, since it was opened.
    package func checkUnchanged() throws(FastTrainError) { try mapping?.checkUnchanged() }

    /// The tensor of that name, if there is one.
    public subscript(name: String) -> TensorInfo? { indices[name].map { tensors[$0] } }

    /// The elements of a tensor of this file, where they lie. Valid while this object lives: the optimizer may end
    /// that after the last mention of it, so end the use with `extendLifetime(file)`.
    public func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file[tensor.offset..<tensor.offset + tensor.byteCount])
    }

    /// The number in an I64 tensor of no extents, a count that can go on: from 0 to below 2⁶². Throws `.badData` unless it
    /// is there.
    public func count(_ name: String) throws(FastTrainError) -> Int {
        let expected = "I64 [], a number from 0 to below 2^62"
        guard let tensor = self[name] else {
            throw .badData(file: self.name, place: .named(name), expected: expected, found: "no such tensor")
        }
        defer { extendLifetime(self) }
        guard tensor.type == .i64, tensor.shape.isEmpty else {
            let found = "\(tensor.type.rawValue) \(tensor.shape)"
            throw .badData(file: self.name, place: .named(name), expected: expected, found: found)
        }
        let number = Int(Int64(littleEndian: bytes(of: tensor).loadUnaligned(as: Int64.self)))
        guard (0..<1 << 62).contains(number) else {
            throw .badData(file: self.name, place: .named(name), expected: expected, found: "\(number)")
        }
        return number
    }

    /// A copy of an F32 tensor's elements. Throws `.badData` unless the tensor is there with that type and shape.
    public func floats(_ name: String, shape: [Int]) throws(FastTrainError) -> [Float] {
        let expected = "F32 \(shape)"
        guard let tensor = self[name] else {
            throw .badData(file: self.name, place: .named(name), expected: expected, found: "no such tensor")
        }
        guard tensor.type == .f32, tensor.shape == shape else {
            throw .badData(
                file: self.name, place: .named(name), expected: expected,
                found: "\(tensor.type.rawValue) \(tensor.shape)")
        }
        defer { extendLifetime(self) }
        return [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes(of: tensor))
            count = tensor.elementCount
        }
    }
}
