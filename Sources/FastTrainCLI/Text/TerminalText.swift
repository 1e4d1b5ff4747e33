/// Text on a terminal: its width, and the form in which it can be shown there.
extension String {
    /// The number of columns that the text takes: 0 for a combining mark, 2 for a wide East Asian character or an
    /// emoji.
    var columns: Int {
        utf8.allSatisfy { $0 < 0x80 } ? utf8.count : unicodeScalars.reduce(0) { $0 + $1.columns }
    }

    /// Returns the text padded with spaces to `width` columns.
    func padded(to width: Int, _ alignment: TextTable.Alignment) -> String {
        let spaces = String(repeating: " ", count: max(0, width - columns))
        return alignment == .left ? self + spaces : spaces + self
    }

    /// Returns the longest prefix of the text that fits into `width` columns.
    func clipped(to width: Int) -> String {
        guard columns > width else { return self }
        var left = width
        return String(
            prefix { character in
                left -= String(character).columns
                return left >= 0
            })
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {  // Unicode's East Asian Width, classes W and F, by block
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
