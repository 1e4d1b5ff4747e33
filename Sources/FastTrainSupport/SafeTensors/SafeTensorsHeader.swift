/// The header of a safetensors file, parsed and validated: every tensor is known to lie within the file.
struct SafeTensorsHeader {
    private(set) var metadata: [String: String] = [:]
    /// The tensors, in the order of their elements in the file.
    private(set) var tensors: [TensorInfo] = []
    /// The offset in the file of the 16 digits of the digest, if there is one.
    private(set) var digestOffset: Int?

    /// The maximum length of a header, as defined by the format.
    static let maxHeaderBytes = 100_000_000
    /// The maximum number of dimensions of a tensor.
    static let maxDimensions = 255
    /// The maximum number of dimensions of all tensors together. Two bytes of the header turn into an extent of eight
    /// bytes in memory.
    static let maxExtents = 1_000_000
    /// The number of bytes in front of the header, which hold its length.
    static let lengthBytes = 8

    /// Parses the header of a file.
    ///
    /// - Parameters:
    ///   - file: The content of the file, or its beginning up to the end of the header.
    ///   - fileSize: The size of the whole file in bytes.
    ///   - name: The name of the file in errors.
    /// - Throws: `.badData` with the offset of the first error.
    init(parsing file: UnsafeRawBufferPointer, fileSize: Int, name: String) throws(FastTrainError) {
        func fault(_ offset: Int, _ expected: String, _ found: String) -> FastTrainError {
            .badData(file: name, place: .byte(UInt64(offset)), expected: expected, found: found)
        }
        guard fileSize >= Self.lengthBytes else {
            throw fault(
                fileSize, "a safetensors file, which starts with 8 bytes of header length",
                "a file of \(fileSize) bytes")
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        let longest = min(Self.maxHeaderBytes, fileSize - Self.lengthBytes)
        guard length <= UInt64(longest) else {
            throw fault(0, "a safetensors header length of at most \(longest)", "\(length)")
        }
        let dataStart = Self.lengthBytes + Int(length)
        var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: file[Self.lengthBytes..<dataStart]))
        do throws(JSONScanner.Failure) {
            try read(&scanner, dataStart: dataStart)
        } catch {
            throw fault(Self.lengthBytes + error.offset, error.expected, error.found)
        }
        let end = try checkCoverage(name: name, dataStart: dataStart)
        guard end == fileSize else {
            throw end > fileSize
                ? fault(fileSize, "\(end) bytes, as the header says", "a file of \(fileSize) bytes")
                : fault(end, "the end of the file", "\(fileSize - end) more bytes")
        }
    }

    /// Checks the header of a file before the rest of the file is read, so that the size of a file that is none of this
    /// format does not matter.
    ///
    /// - Throws: The errors of `init(parsing:fileSize:name:)`; `.inputOutput` if reading fails.
    static func check(_ file: FileStart) throws(FastTrainError) {
        var start = try file.bytes(lengthBytes)
        if start.count == lengthBytes {
            let length = start.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
            if length <= UInt64(max(0, min(maxHeaderBytes, file.fileSize - lengthBytes))) {
                start = try file.bytes(lengthBytes + Int(length))
                // A file that was truncated meanwhile is left to the reading that follows.
                guard start.count == lengthBytes + Int(length) else { return }
            }
        }
        try start.withUnsafeBufferPointer { (bytes) throws(FastTrainError) in
            _ = try SafeTensorsHeader(parsing: UnsafeRawBufferPointer(bytes), fileSize: file.fileSize, name: file.name)
        }
    }

    private mutating func read(_ scanner: inout JSONScanner, dataStart: Int) throws(JSONScanner.Failure) {
        var header = self
        var extentCount = 0
        try scanner.object { (scanner, key, keyOffset) throws(JSONScanner.Failure) in
            if key == "__metadata__" {
                try header.readMetadata(&scanner)
            } else {
                let tensor = try Self.readTensor(&scanner, name: key, at: keyOffset, dataStart: dataStart)
                extentCount += tensor.shape.count
                guard extentCount <= Self.maxExtents else {
                    throw JSONScanner.Failure(
                        offset: keyOffset, expected: "at most \(Self.maxExtents) extents in all tensors",
                        found: "more")
                }
                header.tensors.append(tensor)
            }
        }
        try scanner.expectEnd()
        header.tensors.sort { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }
        self = header
    }

    private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        var metadata: [String: String] = [:]
        var digestOffset: Int?
        try scanner.object { (scanner, key, _) throws(JSONScanner.Failure) in
            let value = try scanner.string()
            metadata[key] = value
            if key == digestKey, Self.isDigest(value) {
                // The digits end before the closing quote, which was just read. fasttrain does not write digits as
                // escapes.
                digestOffset = Self.lengthBytes + scanner.position - 1 - digestPlaceholder.utf8.count
            }
        }
        self.metadata = metadata
        self.digestOffset = digestOffset
    }

    /// Returns whether a metadata value is a digest as fasttrain writes it.
    private static func isDigest(_ value: String) -> Bool {
        guard value.hasPrefix(digestPrefix) else { return false }
        let digits = value.utf8.dropFirst(digestPrefix.utf8.count)
        return digits.count == digestPlaceholder.utf8.count
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Reads `{"dtype": …, "shape": […], "data_offsets": [begin, end]}` with the members in any order.
    private static func readTensor(
        _ scanner: inout JSONScanner, name: String, at nameOffset: Int, dataStart: Int
    ) throws(JSONScanner.Failure) -> TensorInfo {
        typealias Failure = JSONScanner.Failure
        var type: TensorType?
        var shape: [Int]?
        var range: (begin: Int, end: Int)?
        try scanner.object { (scanner, key, keyOffset) throws(Failure) in
            switch key {
            case "dtype": type = try Self.readType(&scanner)
            case "shape":
                var extents: [Int] = []
                try scanner.array { (scanner) throws(Failure) in
                    guard extents.count < Self.maxDimensions else {
                        throw scanner.failure("at most \(Self.maxDimensions) extents")
                    }
                    extents.append(try scanner.count())
                }
                shape = extents
            case "data_offsets":
                var offsets: [Int] = []
                _ = scanner.peek()
                let start = scanner.position
                try scanner.array { (scanner) throws(Failure) in
                    guard offsets.count < 2 else {
                        throw Failure(offset: start, expected: "two ascending offsets", found: "a third")
                    }
                    offsets.append(try scanner.count())
                }
                guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= Int.max - dataStart else {
                    throw Failure(offset: start, expected: "two ascending offsets", found: "\(offsets)")
                }
                range = (offsets[0], offsets[1])
            default:
                throw Failure(offset: keyOffset, expected: "a dtype, shape or data_offsets", found: "\"\(key)\"")
            }
        }
        guard let type, let shape, let range else {
            let missing = type == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
            throw Failure(offset: nameOffset, expected: "a \(missing) for tensor '\(name)'", found: "none")
        }
        guard let bytes = byteCount(type, shape) else {
            throw Failure(
                offset: nameOffset, expected: "a size below 2^63 bytes for tensor '\(name)'", found: "shape \(shape)")
        }
        guard bytes == range.end - range.begin else {
            throw Failure(
                offset: nameOffset, expected: "\(bytes) bytes for tensor '\(name)', \(type.rawValue) \(shape)",
                found: "data_offsets [\(range.begin), \(range.end)]")
        }
        return TensorInfo(name: name, type: type, shape: shape, offset: dataStart + range.begin, byteCount: bytes)
    }

    private static func readType(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> TensorType {
        _ = scanner.peek()
        let start = scanner.position
        let text = try scanner.string(maxBytes: JSONScanner.maxNameBytes)
        guard let type = TensorType(rawValue: text) else {
            let known = TensorType.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONScanner.Failure(offset: start, expected: "one of the dtypes \(known)", found: "\"\(text)\"")
        }
        return type
    }

    /// Returns the product of the extents and the size of an element, or `nil` if it overflows.
    private static func byteCount(_ type: TensorType, _ shape: [Int]) -> Int? {
        var count = type.size
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            count = product
        }
        return count
    }

    /// Checks that the tensors follow each other without gaps or overlaps. Returns the offset of their end.
    private func checkCoverage(name: String, dataStart: Int) throws(FastTrainError) -> Int {
        var end = dataStart
        for tensor in tensors {
            guard tensor.offset == end else {
                throw .badData(
                    file: name, place: .named(tensor.name), expected: "elements at data offset \(end - dataStart)",
                    found: "\(tensor.offset - dataStart): " + (tensor.offset < end ? "an overlap" : "a gap"))
            }
            end += tensor.byteCount
        }
        return end
    }
}
