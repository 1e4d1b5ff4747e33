extension String {
    /// The text as one word of a shell, quoted if necessary.
    ///
    /// The result has no control characters, so it stays the same when it is made `printable`, and can be pasted from a
    /// terminal. Text with control characters is quoted as `$'…'`, which bash, zsh and POSIX.1-2024 define. A leading
    /// hyphen gets `./` in front, because it would start an option.
    package var shellWord: String {
        let text = hasPrefix("-") ? "./" + self : self
        let harmless = "0123456789_-./=+,:@%".unicodeScalars
        if !isEmpty, text.unicodeScalars.allSatisfy({ $0.properties.isAlphabetic || harmless.contains($0) }) {
            return text
        }
        guard text.unicodeScalars.contains(where: \.isControl) else {
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        return text.unicodeScalars.reduce(into: "$'") { $0 += $1.inDollarQuotes } + "'"
    }
}

extension Unicode.Scalar {
    /// The character within `$'…'`.
    fileprivate var inDollarQuotes: String {
        switch self {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        case "\\", "'": "\\\(self)"
        // Three octal digits cannot merge with the characters that follow, as hexadecimal digits do in some shells.
        case _ where isControl: String(self).utf8.map { "\\\($0 >> 6)\($0 >> 3 & 7)\($0 & 7)" }.joined()
        default: String(self)
        }
    }
}
