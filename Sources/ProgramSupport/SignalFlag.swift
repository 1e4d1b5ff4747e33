import CFiles
import CProgram
import FastTrainSupport
import Glibc

/// The first SIGINT, SIGTERM or SIGHUP asks a run to stop at its next step; a second one of the same kind ends the
/// program at once.
package enum SignalFlag {
    /// From now on what is not finished is removed when a signal ends the program.
    package static func clean() { _ = fasttrain_signal_clean() }

    /// A file that is not to outlive this process goes, too.
    package static func clean(_ path: String) { _ = fasttrain_temporary_list(path) }

    /// From now on a data set, model or checkpoint that is cut short while it is read ends the program with one line, which
    /// starts so.
    package static func watchFiles(_ lineStart: String) {
        _ = fasttrain_signal_watch_mappings(strdup(lineStart))  // never freed
    }

    /// Removes now what is not finished, for a process that ends right after it.
    package static func removeUnfinished() { fasttrain_temporary_remove_all() }

    /// From now on signals are noted.
    package static func watch() throws(FastTrainError) {
        guard fasttrain_signal_watch() == 0 else {
            throw .internalError("sigaction: \(String(cString: strerror(errno)))")
        }
    }

    /// The signal that came, if one did.
    @Sendable package static func received() -> Int32? {
        let signal = fasttrain_signal_received()
        return signal == 0 ? nil : signal
    }

    package static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        case SIGXCPU: "SIGXCPU"
        default: "signal \(signal)"
        }
    }
}
