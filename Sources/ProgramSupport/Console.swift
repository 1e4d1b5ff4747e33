import ArgumentParser
import CProgram
import FastTrainSupport
import Glibc

/// Standard output (results) and standard error (all else), unbuffered.
package enum Console {
    /// The reader of standard output has gone, like `head` when it has seen enough: nothing more is worth doing.
    package struct ReaderGone: Error {}

    /// To be called before anything else: a reader that goes away, or a file that may not grow (`ulimit -f`), is an error of
    /// `write` and not the end of the program, and no file that is opened later takes the number of a standard stream that was closed.
    package static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
            // The lowest free number is this one. Opened the wrong way round, so that using it stays an error.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// What the program was called with, but for its name. Throws `.usage` for what is not UTF-8: such a path could not be
    /// told from others like it.
    package static func arguments() throws(FastTrainError) -> [String] {
        var arguments: [String] = []
        for index in 1..<max(1, fasttrain_argument_count()) {
            let bytes = fasttrain_argument(index)!
            guard let argument = String(validatingCString: bytes) else {
                throw .usage("argument \(index): expected text in UTF-8, found '\(String(cString: bytes))'")
            }
            arguments.append(argument)
        }
        return arguments
    }

    /// The parser's message of several lines as one: "unknown option '--x' (see 'fasttrain train --help')".
    package static func usageMessage(_ full: String) -> String {
        let lines = full.split(separator: "\n")
        guard var message = lines.first.map(String.init) else { return full }
        if message.hasPrefix("Error: ") { message.removeFirst("Error: ".count) }
        message = message.prefix(1).lowercased() + message.dropFirst()
        let values = lines.dropFirst().prefix { $0.hasPrefix("  - ") }.map { $0.dropFirst("  - ".count) }
        if !values.isEmpty { message += " " + values.joined(separator: ", ") }
        let hint = lines.last { $0.contains("See '") }?.split(separator: "'").dropFirst().first
        return hint.map { "\(message) (see '\($0)')" } ?? message
    }

    /// Writes `text` and a line's end to standard output. Throws as `write`.
    package static func print(_ text: String) throws { try write(text + "\n") }

    /// Writes `text` to standard output. Throws `ReaderGone`, `.inputOutput`, or the signal's `ExitCode` when the reader reads
    /// no more and a signal asks for the end.
    package static func write(_ text: String) throws {
        let failure = send(text, to: STDOUT_FILENO)
        if failure == EPIPE { throw ReaderGone() }
        if failure == ECANCELED, let signal = SignalFlag.received() { throw ExitCode(128 + signal) }
        if failure != 0 {
            let reason = String(cString: strerror(failure))
            throw FastTrainError.inputOutput(path: "standard output", operation: "write", reason: reason)
        }
    }

    /// Writes `text` to standard error, if anyone listens.
    package static func note(_ text: String) { _ = send(text, to: STDERR_FILENO) }

    /// Returns 0, or the error number: `ECANCELED` when a signal came while the stream took nothing.
    private static func send(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while rest.count > 0 {
                guard waitUntilReady(descriptor) else { return ECANCELED }
                // A pipe that is ready takes this much without a wait, in which no signal would be looked for.
                let count = Glibc.write(descriptor, rest.baseAddress, min(rest.count, Int(PIPE_BUF)))
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno != EINTR, errno != EAGAIN {  // someone made the terminal or pipe non-blocking
                    return errno
                }
            }
            return 0
        }
    }

    /// Waits as long as the reader of a pipe or a terminal that was stopped takes nothing; false when a signal asks for the
    /// end meanwhile.
    private static func waitUntilReady(_ descriptor: Int32) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            // In ms; a signal that comes just before the wait is seen after it.
            let count = poll(&wait, 1, 100)
            if count > 0 || count < 0 && errno != EINTR { return true }
            if SignalFlag.received() != nil { return false }
        }
    }
}
