import Platform

/// Output streams for several tensors of one file. Each tensor is written front to back, and elements of different
/// tensors can arrive in any order. One piece of each tensor is buffered in memory.
package struct TensorStreams {
    /// The offset of the first tensor in the file, after the header.
    private let start: Int
    private let descriptor: Int32
    private let path: String
    private var streams: [Stream] = []

    private struct Stream {
        var pending: [UInt8] = []
        /// The offset in the file that `pending` is written to.
        var offset: Int
        let end: Int
    }

    private static let pieceBytes = 1 << 20

    /// Creates the streams of a file.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, in the order of their streams.
    ///   - fileOrder: The same tensors, in their order in the file.
    ///   - start: The offset of the first tensor in the file.
    ///   - descriptor: The open file.
    ///   - path: The path of the file in errors.
    package init(
        _ tensors: [TensorLayout], fileOrder: [TensorLayout], from start: Int, _ descriptor: Int32, _ path: String
    ) {
        self.start = start
        self.descriptor = descriptor
        self.path = path
        var offsets: [String: Int] = [:]
        var offset = start
        for tensor in fileOrder {
            offsets[tensor.name] = offset
            offset += tensor.byteCount
        }
        streams = tensors.map { Stream(offset: offsets[$0.name]!, end: offsets[$0.name]! + $0.byteCount) }
        for index in streams.indices {
            streams[index].pending.reserveCapacity(min(tensors[index].byteCount, Self.pieceBytes))
        }
    }

    /// Appends elements to the stream at index `tensor`. Throws `.inputOutput` if writing fails.
    package mutating func append(_ bytes: UnsafeRawBufferPointer, to tensor: Int) throws(FastTrainError) {
        if streams[tensor].pending.count + bytes.count > Self.pieceBytes { try flush(tensor) }
        precondition(streams[tensor].offset + streams[tensor].pending.count + bytes.count <= streams[tensor].end)
        streams[tensor].pending.append(contentsOf: bytes)
    }

    /// Appends a value, which is one element or several, to the stream at index `tensor`.
    package mutating func append(_ value: some BitwiseCopyable, to tensor: Int) throws(FastTrainError) {
        var result: Result<Void, FastTrainError> = .success(())
        withUnsafeBytes(of: value) { bytes in
            do throws(FastTrainError) { try append(bytes, to: tensor) } catch { result = .failure(error) }
        }
        try result.get()
    }

    private mutating func flush(_ tensor: Int) throws(FastTrainError) {
        try Self.write(streams[tensor].pending, at: streams[tensor].offset, descriptor, path)
        streams[tensor].offset += streams[tensor].pending.count
        streams[tensor].pending.removeAll(keepingCapacity: true)
    }

    /// Writes the buffered elements and computes the digest by reading the whole file once more. All tensors must be
    /// complete.
    ///
    /// - Returns: The digits of the digest.
    /// - Throws: `.inputOutput` if writing or reading fails.
    package mutating func finish() throws(FastTrainError) -> String {
        for tensor in streams.indices {
            try flush(tensor)
            precondition(streams[tensor].offset == streams[tensor].end, "a tensor is incomplete")
        }
        guard lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .inputOutput(path: path, operation: "seek", reason: System.reason)
        }
        var hash = XXH64()
        let fileBytes = streams.reduce(start) { max($0, $1.end) }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(fileBytes, Self.pieceBytes), alignment: 64)
        defer { piece.deallocate() }
        while case let count = try System.read(descriptor, piece, path), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
        return hexadecimal(hash.value)
    }

    /// Writes `bytes` at an offset in the file. Throws `.inputOutput` if writing fails.
    package static func write(_ bytes: [UInt8], at offset: Int, _ descriptor: Int32, _ path: String)
        throws(FastTrainError)
    {
        guard bytes.withUnsafeBytes({ System.writeAll(descriptor, $0, at: offset) }) else {
            throw .inputOutput(path: path, operation: "write", reason: System.reason)
        }
    }
}
