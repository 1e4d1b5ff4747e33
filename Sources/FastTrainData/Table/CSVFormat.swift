/// How a table is written as text.
public struct CSVFormat: Sendable, Equatable {
    /// Between two fields: a character of ASCII.
    public var delimiter: UInt8 = UInt8(ascii: ",")
    /// Whether the first record names the columns. Otherwise their names are their positions, from "1".
    public var hasHeader = true

    /// A comma, and a header.
    public init() {}

    /// The format of `path` by its name: a tab between fields for `.tsv`, else a comma; with a header.
    public init(path: String) {
        if Self.ending(path) == "tsv" { delimiter = UInt8(ascii: "\t") }
    }

    /// Whether `path` is a table rather than a safetensors file, by its name (csv, tsv, txt, data) or, of other names, by
    /// its first bytes: a safetensors file starts with a length of eight bytes, in which no text has a zero.
    public static func isTable(_ path: String) -> Bool {
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
    /// The delimiter that `text` names: a character of ASCII, or `tab`. Throws `.usage`.
    public static func delimiter(_ text: String) throws(FastTrainError) -> UInt8 {
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        let bytes = Array(text.utf8)
        guard bytes.count == 1, bytes[0] < 0x80, bytes[0] == UInt8(ascii: "\t") || bytes[0] >= 0x20,
            !"\"\u{7F}".utf8.contains(bytes[0]), !UInt8.isLetterOrDigit(bytes[0])
        else {
            throw .usage(
                "--delimiter: expected one character that is no letter, digit or quote, or tab, found '\(text)'")
        }
        return bytes[0]
    }
}

extension UInt8 {
    fileprivate static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
