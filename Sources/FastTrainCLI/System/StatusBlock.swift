import ProgramSupport
import Synchronization

/// Lines at the end of standard error that are redrawn in place. Does nothing unless standard error is a terminal.
final class StatusBlock: Sendable {
    private let terminal: Terminal
    private let shown = Mutex(0)

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    /// Replaces the lines with those that `lines` returns for a width in columns.
    func show(_ lines: (_ width: Int) -> [String]) {
        guard terminal.redraws else { return }
        let lines = lines(terminal.width - 1)
        shown.withLock { shown in
            Console.note(Self.up(shown) + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
            shown = lines.count
        }
    }

    /// Removes the lines.
    func clear() {
        shown.withLock { shown in
            if shown > 0 { Console.note(Self.up(shown) + "\u{1B}[J") }
            shown = 0
        }
    }

    private static func up(_ lines: Int) -> String { lines > 0 ? "\r\u{1B}[\(lines)A" : "" }
}
