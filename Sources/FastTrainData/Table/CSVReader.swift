import Platform

/// A reader for the records of a CSV file (RFC 4180) of any size. A megabyte of the file and the current record are in
/// memory.
///
/// A quoted field may contain the delimiter, quotes (doubled) and line breaks. Records end with LF, CR LF or CR. A
/// UTF-8 byte order mark is skipped. Spaces and tabs around an unquoted field are not part of it.
final class CSVReader {
    /// The location of a field of the current record.
    struct Field {
        /// The offset from the start of the buffer.
        private let first: UInt32
        /// Twice the number of bytes, plus one if quotes are doubled. Fields are small because a line may consist of
        /// nothing but delimiters.
        private let size: UInt32

        /// Creates a field at a location within `maxRecordBytes`.
        init(start: Int, count: Int, hasDoubledQuotes: Bool) {
            first = UInt32(truncatingIfNeeded: start)
            size = UInt32(truncatingIfNeeded: count) << 1 | (hasDoubledQuotes ? 1 : 0)
        }

        var start: Int { Int(first) }
        var count: Int { Int(size >> 1) }
        var hasDoubledQuotes: Bool { size & 1 == 1 }
    }

    /// The path of the file.
    let path: String
    /// The number of fields of the current record.
    private(set) var fieldCount = 0
    /// The line on which the current record starts, counted from 1.
    private(set) var line = 0

    private let descriptor: Int32
    /// The status of the file when it was opened. The file is read several times and must not change in between.
    private let status: stat
    /// For each byte, whether it can end or interrupt an unquoted field.
    private let isSpecial: [Bool]
    private let delimiter: UInt8
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    /// The fields of the current record. They are in a plain buffer because an array in a class is checked on each
    /// access, which takes a third of the time.
    private var fields: UnsafeMutableBufferPointer<Field>
    /// The bytes of the buffer that have been read but not yet parsed.
    private var unparsed = 0..<0
    private var isAtEnd = false
    private var nextLine = 1

    /// The maximum size of a record in bytes. A quote that is never closed turns the rest of a file into one record.
    static let maxRecordBytes = 16 << 20
    /// The maximum number of fields of a record.
    static let maxFields = 1 << 19
    /// The smallest buffer in which a byte order mark can be recognized.
    private static let minBufferBytes = 4

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - path: The file to open.
    ///   - delimiter: The character between two fields.
    ///   - bufferBytes: The size of the buffer. A smaller file gets a smaller buffer, and a longer record makes the
    ///     buffer grow.
    /// - Throws: `.noInput` if the file does not exist or cannot be read more than once, `.badData` if it is in UTF-16.
    init(path: String, delimiter: UInt8, bufferBytes: Int = 1 << 20) throws(FastTrainError) {
        self.path = path
        self.delimiter = delimiter
        var isSpecial = [Bool](repeating: false, count: 256)
        for byte in [delimiter, Byte.lineFeed, Byte.carriageReturn, Byte.quote, 0] { isSpecial[Int(byte)] = true }
        self.isSpecial = isSpecial
        let (descriptor, status) = try System.openRegularFile(path)
        self.descriptor = descriptor
        self.status = status
        let size = Int(status.st_size)
        // One byte more than a small file has, because the read that finds its end needs room for a byte.
        buffer = .allocate(capacity: max(size < bufferBytes ? size + 1 : bufferBytes, Self.minBufferBytes))
        fields = .allocate(capacity: 64)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        try start()
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
        fields.deallocate()
    }

    /// Goes back to the start of the file.
    func rewind() throws(FastTrainError) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .inputOutput(path: path, operation: "seek", reason: System.reason)
        }
        unparsed = 0..<0
        isAtEnd = false
        nextLine = 1
        try start()
    }

    private func start() throws(FastTrainError) {
        while unparsed.count < 3, !isAtEnd { try refill() }
        let mark = buffer[unparsed].prefix(3)
        if mark.elementsEqual([0xEF, 0xBB, 0xBF]) {
            unparsed = unparsed.lowerBound + 3..<unparsed.upperBound
        } else if mark.prefix(2).elementsEqual([0xFF, 0xFE]) || mark.prefix(2).elementsEqual([0xFE, 0xFF]) {
            throw .badData(file: path, place: .file, expected: "UTF-8 text", found: "UTF-16")
        }
    }

    /// Reads the next record.
    ///
    /// - Returns: False at the end of the file.
    /// - Throws: `.badData` with the line if the record is malformed, or if the file was modified since it was opened;
    ///   `.inputOutput` if reading fails.
    func next() throws(FastTrainError) -> Bool {
        while true {
            switch try scan() {
            case .record: return true
            case .end: return false
            case .cut: try refill()
            }
        }
    }

    /// Returns the bytes of a field as they are in the file. Valid until the next record is read.
    @inline(__always)
    func bytes(_ field: Int) -> UnsafeBufferPointer<UInt8> {
        let field = fields[field]
        return UnsafeBufferPointer(start: buffer.baseAddress! + field.start, count: field.count)
    }

    /// Returns the text of a field, with doubled quotes replaced by single ones. Throws `.badData` if it is not UTF-8
    /// or not `isStreamSafe`.
    func text(_ field: Int) throws(FastTrainError) -> String {
        guard let text = String(validating: bytes(field), as: UTF8.self) else {
            throw .badData(
                file: path, place: .line(line), expected: "UTF-8 text (to convert Latin-1: iconv -f latin1 -t utf-8)",
                found: "\"\(String(decoding: bytes(field).prefix(60), as: UTF8.self))\"")
        }
        guard text.isStreamSafe else {
            throw .badData(
                file: path, place: .line(line), expected: String.streamSafeExpectation,
                found: "more in field \(field + 1)")
        }
        guard fields[field].hasDoubledQuotes else { return text }
        // Done on bytes, because a quote and a combining mark after it are a single character.
        let bytes = bytes(field)
        var single: [UInt8] = []
        var place = 0
        while place < bytes.count {
            single.append(bytes[place])
            place += bytes[place] == Byte.quote ? 2 : 1
        }
        return String(decoding: single, as: UTF8.self)
    }

    /// Whether the record is an empty line.
    var isBlank: Bool { fieldCount == 1 && fields[0].count == 0 }

    // MARK: - Scanning

    private enum Scan { case record, end, cut }

    private enum Byte {
        static let quote = UInt8(ascii: "\"")
        static let lineFeed = UInt8(ascii: "\n")
        static let carriageReturn = UInt8(ascii: "\r")
    }

    /// Finds the fields of the next record. Returns `.cut` if the buffer ends before the record.
    private func scan() throws(FastTrainError) -> Scan {
        var p = unparsed.lowerBound
        let end = unparsed.upperBound
        if p == end { return isAtEnd ? .end : .cut }
        let base = UnsafePointer(buffer.baseAddress!)
        line = nextLine
        var fields = self.fields
        var count = 0
        var lineEnds = 0
        while true {
            if count == fields.count {
                guard count < Self.maxFields else {
                    throw .badData(
                        file: path, place: .line(line), expected: "at most \(Self.maxFields) fields", found: "more")
                }
                fields = moreFields()
            }
            if p < end, base[p] == Byte.quote {
                guard let close = try closingQuote(p, end, &lineEnds) else { return .cut }
                fields[count] = Field(
                    start: p + 1, count: close.at - p - 1, hasDoubledQuotes: close.hasDoubledQuotes)
                p = close.at + 1
                if p < end, base[p] != delimiter, base[p] != Byte.lineFeed, base[p] != Byte.carriageReturn {
                    throw fault(lineEnds, "a delimiter or a line break after the closing quote", base[p])
                }
            } else {
                let start = p
                isSpecial.withUnsafeBufferPointer { isSpecial in
                    while p < end, !isSpecial[Int(base[p])] { p += 1 }
                }
                fields[count] = trimmed(base, start..<p)
            }
            count += 1
            if p == end {
                guard isAtEnd else { return .cut }
                return finish(p, count, lineEnds)
            }
            switch base[p] {
            case delimiter: p += 1
            case Byte.lineFeed: return finish(p + 1, count, lineEnds + 1)
            case Byte.carriageReturn:
                if p + 1 == end, !isAtEnd { return .cut }
                return finish(p + 1 < end && base[p + 1] == Byte.lineFeed ? p + 2 : p + 1, count, lineEnds + 1)
            case Byte.quote:
                throw fault(lineEnds, "quotes around the whole field, with quotes inside it doubled", base[p])
            default:
                throw fault(lineEnds, "text", base[p])
            }
        }
    }

    private func finish(_ end: Int, _ count: Int, _ lineEnds: Int) -> Scan {
        fieldCount = count
        unparsed = end..<unparsed.upperBound
        nextLine += lineEnds
        return .record
    }

    private func moreFields() -> UnsafeMutableBufferPointer<Field> {
        let larger = UnsafeMutableBufferPointer<Field>.allocate(capacity: 2 * fields.count)
        _ = larger.update(fromContentsOf: fields)
        fields.deallocate()
        fields = larger
        return larger
    }

    /// Returns the closing quote of the field whose opening quote is at `open`, or `nil` if the buffer ends too early
    /// to decide.
    private func closingQuote(
        _ open: Int, _ end: Int, _ lineEnds: inout Int
    ) throws(FastTrainError) -> (at: Int, hasDoubledQuotes: Bool)? {
        let base = UnsafePointer(buffer.baseAddress!)
        let lineEndsBefore = lineEnds
        var hasDoubledQuotes = false
        var p = open + 1
        while p < end {
            switch base[p] {
            case Byte.quote:
                if p + 1 == end, !isAtEnd { return nil }
                guard p + 1 < end, base[p + 1] == Byte.quote else { return (p, hasDoubledQuotes) }
                hasDoubledQuotes = true
                p += 1
            case Byte.lineFeed: lineEnds += 1
            case Byte.carriageReturn where p + 1 < end && base[p + 1] != Byte.lineFeed: lineEnds += 1
            case 0: throw fault(lineEnds, "text", 0)
            default: break
            }
            p += 1
        }
        guard isAtEnd else { return nil }
        throw .badData(
            file: path, place: .line(line + lineEndsBefore), expected: "a closing quote", found: "the end of the file")
    }

    /// Returns a field without the spaces and tabs around it.
    @inline(__always)
    private func trimmed(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Field {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(base[start]) { start += 1 }
        while start < end, isSpace(base[end - 1]) { end -= 1 }
        return Field(start: start, count: end - start, hasDoubledQuotes: false)
    }

    private func fault(_ lineEnds: Int, _ expected: String, _ found: UInt8) -> FastTrainError {
        let shown =
            switch found {
            case 0: "a zero byte"
            case Byte.quote: "a quote"
            case 0x21...0x7E: "'\(Character(Unicode.Scalar(found)))'"
            default: "byte \(found)"
            }
        return .badData(file: path, place: .line(line + lineEnds), expected: expected, found: shown)
    }

    /// Reads more data after the unparsed bytes.
    private func refill() throws(FastTrainError) {
        let count = unparsed.count
        guard count < Self.maxRecordBytes else {
            throw .badData(
                file: path, place: .line(nextLine),
                expected: "a record of at most \(Self.maxRecordBytes >> 20) MiB",
                found: "a longer one (is a closing quote missing?)")
        }
        if count == buffer.count {
            let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * count)
            _ = larger.update(fromContentsOf: buffer)
            buffer.deallocate()
            buffer = larger
        } else if unparsed.lowerBound > 0 {
            let base = buffer.baseAddress!
            memmove(base, base + unparsed.lowerBound, count)
        }
        let read = try System.read(
            descriptor, UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]), path)
        try System.expectUnchanged(descriptor, since: status, path)
        isAtEnd = read == 0
        unparsed = 0..<count + read
    }
}
