import ArgumentParser
import CProgram
import FastTrainSupport
import Platform

/// Standard output (results) and standard error (everything else), both unbuffered.
package enum Console {
    /// The reader of standard output is gone, like `head` after enough lines, so further work is pointless.
    package struct ReaderGone: Error {}

    /// Prepares the standard streams. Call this before anything else.
    ///
    /// A broken pipe or an exceeded file size limit (`ulimit -f`) becomes an error of `write` instead of ending the
    /// program, and a file opened later cannot get the descriptor of a closed standard stream.
    package static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
            // The lowest free descriptor is this one. It is opened in the wrong direction so that using it remains an
            // error.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Returns the program's arguments without its name.
    ///
    /// - Throws: `.invalidUse` if an argument is not UTF-8, because such a path could not be told apart from similar
    ///   ones.
    package static func arguments() throws(FastTrainError) -> [String] {
        var arguments: [String] = []
        for index in 1..<max(1, ft_argument_count()) {
            let bytes = ft_argument(index)!
            guard let argument = String(validatingCString: bytes) else {
                throw .invalidUse("argument \(index): expected UTF-8 text, found '\(String(cString: bytes))'")
            }
            arguments.append(argument)
        }
        return arguments
    }

    /// Condenses a multi-line message of the argument parser to one line, such as "unknown option '--x' (see 'fasttrain
    /// train --help')".
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

    /// Writes `text` and a newline to standard output. Throws the errors of `write`.
    package static func print(_ text: String) throws { try write(text + "\n") }

    /// Writes `text` to standard output.
    ///
    /// - Throws: `ReaderGone` if the reader is gone, `.inputOutput` if writing fails, or the `ExitCode` of a signal
    ///   that arrives while the reader accepts no data.
    package static func write(_ text: String) throws {
        let failure = send(text, to: STDOUT_FILENO)
        if failure == EPIPE { throw ReaderGone() }
        if failure == ECANCELED, let signal = SignalFlag.received() { throw ExitCode(128 + signal) }
        if failure != 0 {
            let reason = String(cString: strerror(failure))
            throw FastTrainError.inputOutput(path: "standard output", operation: "write", reason: reason)
        }
    }

    /// Writes `text` to standard error, ignoring failures.
    package static func note(_ text: String) { _ = send(text, to: STDERR_FILENO) }

    /// Returns 0 or an error number: `ECANCELED` if a signal arrived while the stream accepted no data.
    private static func send(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while rest.count > 0 {
                guard waitUntilReady(descriptor) else { return ECANCELED }
                // A ready pipe accepts this many bytes without blocking. A blocked write would not notice a signal.
                let count = Platform.write(descriptor, rest.baseAddress, min(rest.count, Int(PIPE_BUF)))
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno != EINTR, errno != EAGAIN {  // another process may have made the stream non-blocking
                    return errno
                }
            }
            return 0
        }
    }

    /// Waits while a pipe or a stopped terminal accepts no data. Returns false if a signal arrives in the meantime.
    private static func waitUntilReady(_ descriptor: Int32) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            // In milliseconds. A signal that arrives just before the wait is noticed after it.
            let count = poll(&wait, 1, 100)
            if count > 0 || count < 0 && errno != EINTR { return true }
            if SignalFlag.received() != nil { return false }
        }
    }
}
