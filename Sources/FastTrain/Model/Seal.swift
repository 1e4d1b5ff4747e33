import FastTrainData

/// Ends a JSON object in a line with the digest of what comes before it, so that a bit that flipped, or a part that is
/// missing, is noticed:
///
///     {"trial":0,…,"digest":"xxh64:0123456789abcdef"}
struct Seal {
    /// Another for each owner of lines.
    private let seed: UInt64

    /// For lines that belong to what `owner` says.
    init(of owner: String) {
        var hash = XXH64()
        hash.update(owner)
        seed = hash.value
    }

    /// The line, a newline at its end. `text`: an object that is not empty.
    func line(of text: [UInt8]) -> [UInt8] {
        let content = Array(text.dropLast())
        return content + end(of: content) + [UInt8(ascii: "\n")]
    }

    /// The object's text without its digest; nil when that is missing or another. `line` may end with a carriage return.
    func content(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        let content = line.dropLast(end(of: []).count)
        guard line.dropFirst(content.count).elementsEqual(end(of: Array(content))) else { return nil }
        return content + [UInt8(ascii: "}")]
    }

    private func end(of content: [UInt8]) -> [UInt8] {
        let digits = hexadecimal(content.withUnsafeBytes { XXH64.hash($0, seed: seed) })
        return Array(",\"\(digestKey)\":\"\(digestPrefix)\(digits)\"}".utf8)
    }
}
