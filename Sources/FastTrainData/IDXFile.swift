/// An IDX file of unsigned bytes, the format of MNIST and similar data sets, uncompressed or compressed with gzip.
///
/// The format consists of two zero bytes, the element type (0x08 for an unsigned byte), the number of dimensions, each
/// extent in four bytes (big-endian), and the elements in row-major order.
public struct IDXFile: @unchecked Sendable {  // The memory is only read, and `owner` keeps it alive.
    /// The path of the file.
    public let name: String
    /// The extents, slowest-varying first; none of them is 0.
    public let shape: [Int]

    /// All elements, in the mapped file or decompressed from it.
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
    /// - Throws: `.noInput` if the file does not exist; `.badData` if it is malformed, truncated or longer than its
    ///   header says, or has another number of rows.
    public init(path: String, rows: Int? = nil) throws(FastTrainError) {
        let file = try MappedFile(path: path)
        defer { extendLifetime(file) }
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
            owner = file
        }
    }

    private static func unpack(
        _ inflater: GzipInflater, _ header: IDXHeader, packedCount: Int, name: String
    ) throws(FastTrainError) -> Memory {
        // Before allocating memory, check that so few compressed bytes can hold that many elements at all.
        guard header.elementCount / GzipInflater.largestRatio <= packedCount else {
            throw .badData(
                file: name, place: .byte(4), expected: "extents that \(packedCount) packed bytes can hold",
                found: "\(header.shape)")
        }
        let memory = try Memory(byteCount: header.elementCount) { (output) throws(FastTrainError) in
            let count = try inflater.read(into: output)
            guard count == output.count else { throw header.wrongLength(name: name, found: count) }
        }
        guard let memory else {
            throw .inputOutput(
                path: name, operation: "unpacking \(header.elementCount) bytes", reason: "not enough memory")
        }
        guard try inflater.read(1).isEmpty else {
            throw header.wrongLength(name: name, found: header.elementCount + 1)
        }
        return memory
    }
}

/// The header of an IDX file.
struct IDXHeader {
    let shape: [Int]
    /// The product of the extents. Each element is one byte.
    let elementCount: Int
    /// The size of the header itself in bytes.
    let length: Int

    /// Reads a header. `read` returns the next bytes of the file, and fewer than requested only at its end.
    init(name: String, read: (_ count: Int) throws(FastTrainError) -> [UInt8]) throws(FastTrainError) {
        func fault(_ offset: Int, _ expected: String, _ found: String) -> FastTrainError {
            .badData(file: name, place: .byte(UInt64(offset)), expected: expected, found: found)
        }
        let magic = try read(4)
        guard magic.count == 4 else { throw fault(magic.count, "an IDX header of 4 bytes", "the end of the file") }
        guard magic[0] == 0, magic[1] == 0 else {
            throw fault(
                0, "an IDX file, which starts 0x0000", "0x\(hexadecimal(magic[0]))\(hexadecimal(magic[1]))")
        }
        guard magic[2] == 0x08 else {
            throw fault(2, "IDX element type 0x08 (unsigned byte)", "0x\(hexadecimal(magic[2]))")
        }
        let rank = Int(magic[3])
        guard rank > 0 else { throw fault(3, "at least one dimension", "0") }
        let extents = try read(4 * rank)
        guard extents.count == 4 * rank else {
            throw fault(4 + extents.count, "\(rank) extents of 4 bytes", "the end of the file")
        }
        var shape: [Int] = []
        var product = 1
        for dimension in 0..<rank {
            let extent = extents[4 * dimension..<4 * dimension + 4].reduce(0) { $0 << 8 | Int($1) }
            guard extent > 0 else { throw fault(4 + 4 * dimension, "an extent of at least 1", "0") }
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            shape.append(extent)
            guard !overflow else { throw fault(4 + 4 * dimension, "fewer than 2^63 elements", "extents \(shape)") }
            product = next
        }
        self.shape = shape
        elementCount = product
        length = 4 + 4 * rank
    }

    /// Throws `.badData` if the number of rows differs from `rows`. `nil` accepts any number.
    func expectRows(_ rows: Int?, name: String) throws(FastTrainError) {
        guard let rows, shape[0] != rows else { return }
        throw RawSplit.otherRows(rows, file: name, place: .file, found: shape[0])
    }

    /// Returns the error for a file with more or fewer elements than its header says; `found` is their number.
    func wrongLength(name: String, found: Int) -> FastTrainError {
        let shape = shape.map(String.init).joined(separator: "×")
        let place = FastTrainError.Place.byte(UInt64(length + min(found, elementCount)))
        guard found < elementCount else {
            return .badData(file: name, place: place, expected: "the end, after \(shape) bytes", found: "more bytes")
        }
        return .badData(
            file: name, place: place, expected: "\(elementCount) bytes, \(shape)",
            found: "the end of the file after \(found)")
    }
}
