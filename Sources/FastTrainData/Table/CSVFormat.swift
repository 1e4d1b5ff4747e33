/// The text format of a table.
public struct CSVFormat: Sendable, Equatable {
    /// The ASCII character between two fields.
    public var delimiter: UInt8 = UInt8(ascii: ",")
    /// Whether the first record contains the names of the columns. Otherwise columns are named by their positions, from
    /// "1".
    public var hasHeader = true

    /// Creates the default format: fields separated by commas, with a header.
    public init() {}

    /// Creates the format for a file name: fields separated by tabs for `.tsv`, otherwise by commas; with a header.
    package init(path: String) {
        if Self.ending(path) == "tsv" { delimiter = UInt8(ascii: "\t") }
    }

    /// Returns whether `path` is a table rather than a safetensors file.
    ///
    /// The extensions csv, tsv, txt and data mean a table. Otherwise the first bytes decide: a safetensors file starts
    /// with an eight-byte length, whose high bytes are zero, and text contains no zeros.
    package static func isTable(_ path: String) -> Bool {
        if ["csv", "tsv", "txt", "data"].contains(ending(path)) { return true }
        if ending(path) == "safetensors" { return false }
        guard let start = System.firstBytes(of: path, 8) else { return false }
        return !start.isEmpty && !start.contains(0)
    }

    private static func ending(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
    }
}

extension CSVFormat {
    /// Returns the delimiter for an option's value: an ASCII character, or `tab`. Throws `.invalidSetting` for anything
    /// else.
    package static func delimiter(_ text: String) throws(FastTrainError) -> UInt8 {
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        let bytes = Array(text.utf8)
        guard bytes.count == 1, bytes[0] < 0x80, bytes[0] == UInt8(ascii: "\t") || bytes[0] >= 0x20,
            !"\"\u{7F}".utf8.contains(bytes[0]), !UInt8.isLetterOrDigit(bytes[0])
        else {
            throw .invalidSetting(
                name: "delimiter", expected: "tab, or one character other than a letter, digit or quote",
                found: "'\(text)'")
        }
        return bytes[0]
    }
}

extension UInt8 {
    fileprivate static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
