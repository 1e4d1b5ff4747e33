import FastTrain
import Glibc

/// Standard output (results) and standard error (all else), unbuffered.
enum Console {
    /// The reader of standard output has gone, like `head` when it has seen enough: nothing more is worth doing.
    struct ReaderGone: Error {}

    /// To be called before anything else: a reader that goes away, or a file that may not grow (`ulimit -f`), is an error of
    /// `write` and not the end of the program, and no file that is opened later takes the number of a standard stream that was closed.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // libomp notes in /dev/shm, by the process's number, that it is loaded, lest a program have two of it; this one has
        // not. What a killed process of that number left there, empty or half written, would end the program.
        shm_unlink("/__KMP_REGISTERED_LIB_\(getpid())_\(getuid())")
        setenv("KMP_DUPLICATE_LIB_OK", "TRUE", 0)
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
            // The lowest free number is this one. Opened the wrong way round, so that using it stays an error.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes `text` and a line's end to standard output. Throws `ReaderGone`, or `.inputOutput`.
    static func print(_ text: String) throws { try write(text + "\n") }

    /// Writes `text` to standard output. Throws `ReaderGone`, or `.inputOutput`.
    static func write(_ text: String) throws {
        let failure = send(text, to: STDOUT_FILENO)
        if failure == EPIPE { throw ReaderGone() }
        if failure != 0 {
            let reason = String(cString: strerror(failure))
            throw FastTrainError.inputOutput(path: "standard output", operation: "write", reason: reason)
        }
    }

    /// Writes `text` to standard error, if anyone listens.
    static func note(_ text: String) { _ = send(text, to: STDERR_FILENO) }

    static func warning(_ message: String) { note("fasttrain: warning: \(message.printable)\n") }

    static func error(_ message: String) { note("fasttrain: error: \(message.printable)\n") }

    /// Returns 0, or the error number.
    private static func send(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while rest.count > 0 {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EAGAIN {  // someone made the terminal or pipe non-blocking
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
