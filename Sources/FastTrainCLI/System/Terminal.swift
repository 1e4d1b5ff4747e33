import Glibc

/// What is known of an output stream: a terminal and how wide, or something else.
struct Terminal: Sendable {
    let descriptor: Int32
    /// A terminal that understands "back to the start of the line".
    let redraws: Bool
    let style: Style

    static let standardOutput = Terminal(STDOUT_FILENO)
    static let standardError = Terminal(STDERR_FILENO)

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        redraws = isatty(descriptor) == 1 && Self.environment("TERM") != "dumb"
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(Self.environment).first ?? ""
        let encoding = locale.lowercased()
        style = Style(
            colour: redraws && Self.environment("NO_COLOR") == nil,
            unicode: redraws && (encoding.contains("utf-8") || encoding.contains("utf8")))
    }

    /// Columns of the terminal at this moment; 100 for anything else.
    var width: Int {
        var size = winsize()
        if redraws, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return redraws ? 80 : 100
    }

    /// An environment variable; nil when it is not set or empty.
    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
