/// How a digest stands in a file: this, then 16 lower-case hexadecimal digits.
package let digestPrefix = "xxh64:"
/// The name of a digest's metadata entry or member.
package let digestKey = "digest"
/// What stands for the digits while the digest is computed.
let digestPlaceholder = "0000000000000000"

extension SafeTensors {
    /// Whether the file carries a digest of its own content.
    public var hasDigest: Bool { digestOffset != nil }

    /// Whether the file says that fasttrain wrote it: such a file must carry a digest.
    public var isOurs: Bool { metadata["format"]?.hasPrefix("fasttrain.") ?? false }

    /// XXH64 of the whole file, the digits of its digest read as zeros. Touches every page of the file.
    public func contentHash() -> UInt64 {
        defer { extendLifetime(self) }
        var hash = XXH64()
        guard let digestOffset else {
            hash.update(file)
            return hash.value
        }
        hash.update(UnsafeRawBufferPointer(rebasing: file[..<digestOffset]))
        hash.update(digestPlaceholder)
        hash.update(UnsafeRawBufferPointer(rebasing: file[(digestOffset + digestPlaceholder.utf8.count)...]))
        return hash.value
    }

    /// Reads the whole file and compares it with its digest: any flipped bit is noticed. A foreign file without a
    /// digest passes. Returns the hash of the content as 16 hexadecimal digits.
    ///
    /// Throws `.badData` when the digest is another, or is missing from a file that fasttrain wrote.
    @discardableResult
    public func verifyDigest() throws(FastTrainError) -> String {
        guard hasDigest || !isOurs else {
            throw .badData(
                file: name, place: .named(digestKey), expected: "\(digestPrefix) and 16 hexadecimal digits",
                found: metadata[digestKey].map { "\"\($0)\"" } ?? "no such metadata entry")
        }
        let content = hexadecimal(contentHash())
        if hasDigest, let digest = metadata[digestKey], digest != digestPrefix + content {
            throw .badData(
                file: name, place: .file, expected: "content with digest \(digest)",
                found: "\(digestPrefix)\(content): the file is damaged")
        }
        return content
    }
}
