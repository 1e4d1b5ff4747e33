/// An IDX file of unsigned bytes, the format of MNIST and similar data sets, uncompressed or compressed with gzip.
///
/// The format consists of two zero bytes, the element type (0x08 for an unsigned byte), the number of dimensions, each
/// extent in four bytes (big-endian), and the elements in row-major order.
package struct IDXFile: @unchecked Sendable {  // The memory is only read, and `owner` keeps it alive.
    /// The path of the file.
    package let name: String
    /// The extents, slowest-varying first; none of them is 0.
    package let shape: [Int]

    /// All elements, in the file or decompressed from it.
    let bytes: UnsafeRawBufferPointer
    let owner: any AnyObject & Sendable

    /// Opens the file at `path` and checks all of it. A gzip file is decompressed and its checksum verified.
    ///
    /// Byte offsets in errors refer to the decompressed data, unless the message says otherwise.
    ///
    /// - Parameters:
    ///   - path: The file to open.
    ///   - rows: The expected number of rows, if it is known. It prevents a small compressed file from being
    ///     decompressed to gigabytes in vain.
    ///   - storage: Whether the file is mapped or read into memory. The elements of a compressed file are in memory.
    /// - Throws: `.noInput` if the file does not exist; `.badData` if it is malformed, truncated or longer than its
    ///   header says, or has another number of rows.
    package init(path: String, rows: Int? = nil, storage: FileStorage = .mapped) throws(FastTrainError) {
        let file = try FileContent(path: path, storage: storage)
        defer { extendLifetime(file.owner) }
        name = path
        if GzipInflater.recognizes(file.bytes) {
            let inflater = try GzipInflater(file, name: path)
            let header = try IDXHeader(name: path, read: inflater.read)
            try header.expectRows(rows, name: path)
            let memory = try Self.unpack(inflater, header, packedCount: file.bytes.count, name: path)
            shape = header.shape
            bytes = memory.bytes
            owner = memory
        } else {
            var position = 0
            let header = try IDXHeader(name: path) { (count) throws(FastTrainError) in
                let end = min(position + count, file.bytes.count)
                defer { position = end }
                return Array(file.bytes[position..<end])
            }
            try header.expectRows(rows, name: path)
            guard file.bytes.count - position == header.elementCount else {
                throw header.wrongLength(name: path, found: file.bytes.count - position)
            }
            shape = header.shape
            bytes = UnsafeRawBufferPointer(rebasing: file.bytes[position...])
            owner = file.owner
        }
    }

    private static func unpack(
        _ inflater: GzipInflater, _ header: IDXHeader, packedCount: Int, name: String
    ) throws(FastTrainError) -> Memory {
        // Before allocating memory, check that so few compressed bytes can hold that many elements at all.
        guard header.elementCount / GzipInflater.maxRatio <= packedCount else {
            throw .badData(
                file: name, place: .byte(4), expected: "extents that \(packedCount) compressed bytes can hold",
                found: "\(header.shape)")
        }
        let memory = try Memory(byteCount: header.elementCount) { (output) throws(FastTrainError) in
            let count = try inflater.read(into: output)
            guard count == output.count else { throw header.wrongLength(name: name, found: count) }
        }
        guard let memory else {
            throw .inputOutput(
                path: name, operation: "decompressing \(header.elementCount) bytes", reason: "not enough memory")
        }
        guard try inflater.read(1).isEmpty else {
            throw header.wrongLength(name: name, found: header.elementCount + 1)
        }
        return memory
    }
}
