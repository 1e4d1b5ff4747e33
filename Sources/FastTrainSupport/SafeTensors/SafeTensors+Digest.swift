/// The prefix of a digest in a file. It is followed by 16 lowercase hexadecimal digits.
package let digestPrefix = "xxh64:"
/// The name of the metadata entry or JSON member that holds the digest.
package let digestKey = "digest"
/// The placeholder for the digits while the digest is computed.
let digestPlaceholder = "0000000000000000"

extension SafeTensors {
    /// Whether the file contains a digest of its own content.
    package var hasDigest: Bool { digestOffset != nil }

    /// Whether the file's metadata says that fasttrain wrote it. Such a file must contain a digest.
    package var isOurs: Bool { metadata["format"]?.hasPrefix("fasttrain.") ?? false }

    /// Returns the XXH64 hash of the whole file, with the digits of its digest read as zeros. Accesses every page of
    /// the file.
    package func contentHash() -> UInt64 {
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

    /// Reads the whole file and compares it with its digest, which detects any flipped bit. A file that another program
    /// wrote may lack a digest.
    ///
    /// - Returns: The hash of the content as 16 hexadecimal digits.
    /// - Throws: `.badData` if the digest does not match, or is missing from a file that fasttrain wrote.
    @discardableResult
    package func verifyDigest() throws(FastTrainError) -> String {
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
