import CFiles
import CProgram
import FastTrainSupport
import Platform

/// The signals that a program has received.
///
/// The first SIGINT, SIGTERM or SIGHUP asks a run to stop at its next step. A second one of the same kind ends the
/// program at once.
package enum SignalFlag {
    /// Installs handlers that remove unfinished files when a signal ends the program.
    package static func clean() { _ = ft_signal_clean() }

    /// Adds the file at `path` to those that are removed when a signal ends the program.
    package static func clean(_ path: String) { _ = ft_temporary_list(path) }

    /// Lets the program end with one line, which starts with `lineStart`, if a data set or checkpoint is truncated
    /// while it is being read, or if there is no memory.
    package static func watchFaults(_ lineStart: String) {
        ft_set_line_start(strdup(lineStart))  // never freed
        _ = ft_signal_watch_mappings()
        OutOfMemory.end = { ft_out_of_memory($0) }
    }

    /// Records signals from now on, instead of ending the program.
    package static func watch() throws(FastTrainError) {
        guard ft_signal_watch() == 0 else {
            throw .internalError("sigaction: \(String(cString: strerror(errno)))")
        }
    }

    /// Returns whether a signal has arrived.
    @Sendable package static func hasArrived() -> Bool { ft_signal_received() != 0 }

    /// Returns the first signal that arrived, or `nil` if there has been none.
    package static func received() -> Int32? {
        let signal = ft_signal_received()
        return signal == 0 ? nil : signal
    }

    /// Returns the name of a signal for messages.
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
