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
                0, "an IDX file, which starts with 0x0000", "0x\(hexadecimal(magic[0]))\(hexadecimal(magic[1]))")
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
            return .badData(
                file: name, place: place, expected: "the end of the file after \(shape) bytes", found: "more bytes")
        }
        return .badData(
            file: name, place: place, expected: "\(elementCount) bytes (\(shape))",
            found: "the end of the file after \(found)")
    }
}
