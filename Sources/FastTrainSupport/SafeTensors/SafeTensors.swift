/// A safetensors file opened for reading. The file is memory-mapped or read into memory, its header is validated in
/// full, and nothing else is copied.
///
/// The format consists of the header length (8 bytes, little-endian), a JSON header, and the elements of all tensors
/// without gaps. See github.com/huggingface/safetensors.
package final class SafeTensors: @unchecked Sendable {  // The memory is read-only, and the object keeps it alive.
    /// The name of the file in messages, by default its path.
    package let name: String
    /// The `__metadata__` entries.
    package let metadata: [String: String]
    /// All tensors, in the order of their elements in the file.
    package let tensors: [TensorInfo]

    /// The whole file.
    let file: UnsafeRawBufferPointer
    /// The offset in the file of the 16 digits of the digest, if there is one.
    let digestOffset: Int?
    /// The owner of `file`; `nil` if the creator of this object keeps that memory.
    private let owner: (any AnyObject & Sendable)?
    private let indices: [String: Int]

    /// Opens the file at `path` and validates its header: bounds, types, shapes, and that there are no gaps, overlaps or
    /// duplicate names.
    ///
    /// The elements are not read. Use `verifyDigest` to check them.
    ///
    /// - Parameters:
    ///   - path: The file to open.
    ///   - storage: Whether the file is mapped or read into memory.
    /// - Throws: `.noInput` if the file does not exist, `.badData` with a byte offset if it is malformed,
    ///   `.inputOutput` if it cannot be read.
    package convenience init(path: String, storage: FileStorage = .mapped) throws(FastTrainError) {
        try self.init(path: path, name: path, storage: storage)
    }

    /// Opens the file at `path`, which is called `name` in messages.
    package convenience init(path: String, name: String, storage: FileStorage) throws(FastTrainError) {
        let file = try FileContent(path: path, name: name, storage: storage, check: SafeTensorsHeader.check)
        try self.init(file: file.bytes, name: name, owner: file.owner)
    }

    /// Reads a file that is already in memory.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file, in memory that outlives the object.
    ///   - name: The name of the file in messages.
    /// - Throws: `.badData` with a byte offset if the file is malformed.
    package convenience init(bytes: UnsafeRawBufferPointer, name: String) throws(FastTrainError) {
        try self.init(file: bytes, name: name, owner: nil)
    }

    private init(
        file: UnsafeRawBufferPointer, name: String, owner: (any AnyObject & Sendable)?
    ) throws(FastTrainError) {
        defer { extendLifetime(owner) }
        let header = try SafeTensorsHeader(parsing: file, fileSize: file.count, name: name)
        self.file = file
        self.name = name
        self.owner = owner
        metadata = header.metadata
        tensors = header.tensors
        digestOffset = header.digestOffset
        var indices: [String: Int] = [:]
        indices.reserveCapacity(tensors.count)
        for (index, tensor) in tensors.enumerated() { indices[tensor.name] = index }
        self.indices = indices
    }

    /// The size of the file in bytes.
    package var byteCount: Int { file.count }

    /// Throws `.badData` if the file is mapped and has been modified since it was opened.
    package func checkUnchanged() throws(FastTrainError) { try (owner as? any UnchangingFile)?.checkUnchanged() }

    /// The tensor with this name, or `nil` if there is none.
    package subscript(name: String) -> TensorInfo? { indices[name].map { tensors[$0] } }

    /// Returns the elements of a tensor of this file, in place.
    ///
    /// The memory is valid as long as this object lives. The optimizer may release the object after its last mention,
    /// so extend its life beyond the last access with `extendLifetime(file)`.
    package func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file[tensor.offset..<tensor.offset + tensor.byteCount])
    }

    /// Returns the number in an I64 tensor without dimensions, which is a counter: at least 0 and below 2⁶², so that it
    /// can be incremented further.
    ///
    /// - Throws: `.badData` if there is no such tensor or its number is out of range.
    package func count(_ name: String) throws(FastTrainError) -> Int {
        let expected = "I64 [], a number of at least 0 and below 2^62"
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

    /// Returns a copy of the elements of an F32 tensor.
    ///
    /// - Throws: `.badData` if there is no tensor with this name, type and shape.
    package func floats(_ name: String, shape: [Int]) throws(FastTrainError) -> [Float] {
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
