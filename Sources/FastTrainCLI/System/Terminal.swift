import Platform

/// The capabilities of an output stream, which may be a terminal.
struct Terminal: Sendable {
    let descriptor: Int32
    /// Whether the stream is a terminal that can return to the start of a line.
    let redraws: Bool
    let style: Style

    static let standardOutput = Terminal(STDOUT_FILENO)
    static let standardError = Terminal(STDERR_FILENO)

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        redraws = isatty(descriptor) == 1 && Machine.environment("TERM") != "dumb"
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(Machine.environment).first ?? ""
        let encoding = locale.lowercased()
        style = Style(
            color: redraws && Machine.environment("NO_COLOR") == nil,
            unicode: redraws && (encoding.contains("utf-8") || encoding.contains("utf8")))
    }

    /// The current width of the terminal in columns, or 100 if the stream is not a terminal.
    var width: Int {
        var size = winsize()
        if redraws, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return redraws ? 80 : 100
    }
}
