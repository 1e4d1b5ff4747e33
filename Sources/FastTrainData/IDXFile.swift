/// An IDX file of unsigned bytes, the format of MNIST and its kin, raw or packed with gzip.
///
/// The format: two zero bytes, the element type (0x08: unsigned byte), the number of dimensions, each extent in four
/// bytes (big-endian), the elements in row-major order.
public struct IDXFile: @unchecked Sendable {  // Sendable: the memory is only read, and `owner` keeps it alive.
    /// The path.
    public let name: String
    /// The extents, slowest-varying first; none of them 0.
    public let shape: [Int]

    /// All elements: in the mapped file itself, or unpacked from it.
    let bytes: UnsafeRawBufferPointer
    let owner: any AnyObject & Sendable

    /// Opens the file at `path` and checks it in full; a gzip file is unpacked and its checksum verified.
    ///
    /// `rows`: as many labels as there are images, if that is known, lest a few packed bytes be unpacked to gigabytes that
    /// are none. Throws `.noInput` when there is no such file, `.badData` when it is malformed, cut short, longer than its
    /// header says, or of other rows. Byte offsets are those of the unpacked data, unless the message says otherwise.
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
        // Before memory is asked for: could so few packed bytes hold that much at all?
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

/// What stands before the elements of an IDX file.
struct IDXHeader {
    let shape: [Int]
    /// The product of the extents, one byte each.
    let elementCount: Int
    /// Bytes of the header itself.
    let length: Int

    /// Reads a header. `read` returns the next bytes of the file, fewer than asked for only at its end.
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

    /// Throws unless there are `rows`, where that is said.
    func expectRows(_ rows: Int?, name: String) throws(FastTrainError) {
        guard let rows, shape[0] != rows else { return }
        throw RawSplit.otherRows(rows, file: name, place: .file, found: shape[0])
    }

    /// The error for a file with more or fewer elements than its header says: `found` of them.
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
