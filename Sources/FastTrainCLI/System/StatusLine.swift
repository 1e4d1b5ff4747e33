import ProgramSupport
import Synchronization

/// The last line of standard error, redrawn in place while something goes on. Does nothing unless that is a terminal.
final class StatusLine: Sendable {
    private let terminal: Terminal
    private let isShown = Mutex(false)

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    /// Puts the line that `text` makes for a width in columns in place of the one that is there.
    func show(_ text: (_ width: Int) -> String) {
        guard terminal.redraws else { return }
        // One column is left free: some terminals wrap when the last one is written.
        let text = text(terminal.width - 1)
        isShown.withLock { isShown in
            Console.note("\r" + text + "\u{1B}[K")
            isShown = true
        }
    }

    /// Takes the line away and, if there is a text, writes that as a line that stays, on whatever stream this is.
    func replace(with text: String? = nil) {
        isShown.withLock { isShown in
            Console.note((isShown ? "\r\u{1B}[K" : "") + (text.map { $0 + "\n" } ?? ""))
            isShown = false
        }
    }
}
