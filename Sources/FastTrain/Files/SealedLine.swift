import FastTrainData

/// A JSON object in a line that ends with the digest of what comes before it, so that a bit that flipped, or a part that is
/// missing, is noticed:
///
///     {"trial":0,…,"digest":"xxh64:0123456789abcdef"}
enum SealedLine {
    /// The line, a newline at its end. `text`: an object that is not empty.
    static func sealed(_ text: String) -> [UInt8] {
        let content = text.utf8.dropLast()
        return Array(content) + seal(of: Array(content)) + [UInt8(ascii: "\n")]
    }

    /// The object's text without its digest; nil when that is missing or another. `line` may end with a carriage return.
    static func content(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        let content = line.dropLast(seal(of: []).count)
        guard line.dropFirst(content.count).elementsEqual(seal(of: Array(content))) else { return nil }
        return content + [UInt8(ascii: "}")]
    }

    private static func seal(of content: [UInt8]) -> [UInt8] {
        let digits = hexadecimal(content.withUnsafeBytes { XXH64.hash($0) })
        return Array(",\"\(digestKey)\":\"\(digestPrefix)\(digits)\"}".utf8)
    }
}
