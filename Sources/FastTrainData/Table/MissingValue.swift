/// The texts that mean a missing value: nothing, or one of NA, N/A, #N/A, NaN, <NA>, null, none and ?, in uppercase or
/// lowercase.
enum MissingValue {
    /// Returns whether the bytes of a field are a missing value.
    static func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes.isEmpty { return true }
        guard bytes.count <= 4 else { return false }
        var word: UInt32 = 0
        for byte in bytes { word = word << 8 | UInt32(byte | (byte >= 0x41 && byte <= 0x5A ? 0x20 : 0)) }
        return words.contains(word)
    }

    private static let words: Set<UInt32> = Set(
        ["na", "n/a", "#n/a", "nan", "-nan", "<na>", "null", "none", "?"].map { text in
            text.utf8.reduce(0) { $0 << 8 | UInt32($1) }
        })
}
