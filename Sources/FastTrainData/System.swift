import Glibc

/// The operating system's calls on files, in one place: each retries when a signal interrupts it
/// and leaves the reason of a failure in `errno`.
package enum System {
    /// The reason of the call that failed last, as the system words it.
    package static var reason: String { reason(errno) }

    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// Opens a file for reading. Never waits for the other end of a named pipe.
    static func openForReading(_ path: String) -> Int32 {
        retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }

    /// Opens a file that must not exist yet, for writing; mode 0666 less the umask.
    static func createExclusively(_ path: String) -> Int32 {
        retrying { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    }

    /// Opens a folder, to `synchronize` it.
    package static func openFolder(_ path: String) -> Int32 {
        retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// Writes all of `bytes`; false on a failure.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while let base = rest.baseAddress, rest.count > 0 {
            let count = write(descriptor, base, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    /// Waits until what was written is on the storage device; false on a failure.
    package static func synchronize(_ descriptor: Int32) -> Bool {
        retrying { fsync(descriptor) } == 0
    }

    /// What `path` leads to, a symbolic link followed; nil when there is nothing or it may not be seen.
    package static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// What an open descriptor leads to.
    static func status(_ descriptor: Int32) -> stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// Whether `path` is itself a symbolic link.
    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The path with every symbolic link followed; nil when there is nothing at its end.
    static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    private static func retrying(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

extension stat {
    package var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
    package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
