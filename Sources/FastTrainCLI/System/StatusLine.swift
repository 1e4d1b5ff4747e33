import ProgramSupport
import Synchronization

/// The last line of standard error, redrawn in place. Does nothing unless standard error is a terminal.
final class StatusLine: Sendable {
    private let terminal: Terminal
    private let isShown = Mutex(false)

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    /// Replaces the line with the one that `text` returns for a width in columns.
    func show(_ text: (_ width: Int) -> String) {
        guard terminal.redraws else { return }
        // One column stays free because some terminals wrap after writing to the last one.
        let text = text(terminal.width - 1)
        isShown.withLock { isShown in
            Console.note("\r" + text + "\u{1B}[K")
            isShown = true
        }
    }

    /// Removes the line and writes `text`, if given, as a line that stays. The text is written even if standard error
    /// is not a terminal.
    func replace(with text: String? = nil) {
        isShown.withLock { isShown in
            Console.note((isShown ? "\r\u{1B}[K" : "") + (text.map { $0 + "\n" } ?? ""))
            isShown = false
        }
    }
}
