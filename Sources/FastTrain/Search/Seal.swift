import FastTrainData

/// Ends a one-line JSON object with a digest of its other members, so that a flipped bit or a missing part is detected:
///
///     {"trial":0,…,"digest":"xxh64:0123456789abcdef"}
struct Seal {
    /// The seed of the digest, which differs between owners.
    private let seed: UInt64

    /// Creates a seal for lines that belong to the given owner. A line sealed for one owner is not valid for another.
    init(of owner: String) {
        var hash = XXH64()
        hash.update(owner)
        seed = hash.value
    }

    /// Returns the sealed line, including its newline.
    ///
    /// - Parameter text: The text of a JSON object with at least one member.
    func line(of text: [UInt8]) -> [UInt8] {
        let content = Array(text.dropLast())
        return content + end(of: content) + [UInt8(ascii: "\n")]
    }

    /// Returns the object's text without its digest, or `nil` if the digest is missing or does not match.
    ///
    /// - Parameter line: The line without its newline; it may end with a carriage return.
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
