import CSignal
import FastTrain
import Glibc

/// The first SIGINT, SIGTERM or SIGHUP asks a run to stop at its next step; a second one of the same kind ends the
/// program at once.
enum SignalFlag {
    /// From now on what is not finished is removed when a signal ends the program.
    static func clean() { _ = fasttrain_signal_clean() }

    /// From now on signals are noted.
    static func watch() throws(FastTrainError) {
        guard fasttrain_signal_watch() == 0 else {
            throw .internalError("sigaction: \(String(cString: strerror(errno)))")
        }
    }

    /// From now on a data set, model or checkpoint that is cut short while it is read ends the program with one line.
    static func watchFiles() {
        // The start of a line that replaces the one being redrawn; never freed.
        let start = (Terminal.standardError.redraws ? "\r\u{1B}[K" : "") + "fasttrain: error: "
        _ = fasttrain_signal_watch_mappings(strdup(start))
    }

    /// The signal that came, if one did.
    @Sendable static func received() -> Int32? {
        let signal = fasttrain_signal_received()
        return signal == 0 ? nil : signal
    }

    static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        default: "signal \(signal)"
        }
    }
}
