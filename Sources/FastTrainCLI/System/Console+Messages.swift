import CSignal
import FastTrain
import Glibc
import ProgramSupport

extension Console {
    static func warning(_ message: String) { note("fasttrain: warning: \(message.printable)\n") }

    static func error(_ message: String) { note("fasttrain: error: \(message.printable)\n") }
}

extension SignalFlag {
    /// From now on a data set, model or checkpoint that is cut short while it is read ends the program with one line.
    static func watchFiles() {
        // The start of a line that replaces the one being redrawn; never freed.
        let start = (Terminal.standardError.redraws ? "\r\u{1B}[K" : "") + "fasttrain: error: "
        _ = fasttrain_signal_watch_mappings(strdup(start))
    }
}
