import Glibc

/// The operating system's calls on files, in one place: each retries when a signal interrupts it
/// and leaves the reason of a failure in `errno`.
package enum System {
    /// The reason of the call that failed last, as the system words it.
    package static var reason: String { reason(errno) }

    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// Why the call that failed last made no file or folder.
    package static func creationFailure(_ path: String, by operation: String = "create") -> FastTrainError {
        let reason = self.reason
        switch errno {
        case ENOSPC, EDQUOT, EIO: return .inputOutput(path: path, operation: operation, reason: reason)
        default: return .cannotCreate(path: path, reason: reason)
        }
    }

    /// Opens a regular file for reading, and tells its status, with its bytes. Throws `.noInput` when there is none, or something else of that
    /// name. Never waits for the other end of a named pipe.
    package static func openRegularFile(_ path: String) throws(FastTrainError) -> (descriptor: Int32, status: stat) {
        guard !path.isEmpty else { throw .usage("expected a file, found an empty path") }
        let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .noInput(path: path, reason: reason) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.isRegularFile else {
            close(descriptor)
            throw .noInput(path: path, reason: status.isFolder ? "is a folder, not a file" : "is not a regular file")
        }
        return (descriptor, status)
    }

    /// Reads what there is, up to the size of `buffer`; 0 at the file's end. Throws `.inputOutput` that names `path`.
    package static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ path: String
    ) throws(FastTrainError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .inputOutput(path: path, operation: "read", reason: reason) }
        }
    }

    /// The first `count` bytes of a file, fewer of a shorter one; nil when it cannot be read.
    package static func firstBytes(of path: String, _ count: Int) -> [UInt8]? {
        guard let (descriptor, _) = try? openRegularFile(path) else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        guard let read = bytes.withUnsafeMutableBytes({ try? read(descriptor, $0, path) }) else { return nil }
        return Array(bytes.prefix(read))
    }

    /// Whether an open file has been written to, as its size and the time of its last change tell since `before`, its status
    /// then. Throws `.badData` if it was.
    package static func expectUnchanged(_ descriptor: Int32, since before: stat, _ path: String) throws(FastTrainError)
    {
        var now = stat()
        guard fstat(descriptor, &now) == 0 else { throw .inputOutput(path: path, operation: "stat", reason: reason) }
        guard
            now.st_size == before.st_size, now.st_mtim.tv_sec == before.st_mtim.tv_sec,
            now.st_mtim.tv_nsec == before.st_mtim.tv_nsec
        else { throw .changed(path, from: Int(before.st_size), to: Int(now.st_size)) }
    }

    /// Opens a file that must not exist yet, for writing and reading; its mode is `mode` less the umask.
    static func createExclusively(_ path: String, mode: mode_t) -> Int32 {
        retrying { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
    }

    /// Gives a file the owner, the group and the mode of another, what of it the system allows: only root may give a file to
    /// somebody else, and not every file system has owners and modes.
    static func resemble(_ descriptor: Int32, _ other: stat) {
        var mode = other.permissions
        if fchown(descriptor, other.st_uid, other.st_gid) != 0, fchown(descriptor, uid_t.max, other.st_gid) != 0 {
            // What was allowed to a group is not to be allowed to another.
            mode &= ~0o070 | (mode & 0o007) << 3
        }
        _ = fchmod(descriptor, mode)
    }

    /// Who has the lock of an open file.
    package enum Lock {
        /// This process, until it gives it back or ends.
        case taken
        /// Another.
        case held
        /// Nobody: the file system has no locks.
        case missing
    }

    /// Takes the lock of an open file or folder.
    package static func lock(_ descriptor: Int32) -> Lock {
        if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return .taken }
        return errno == EWOULDBLOCK ? .held : .missing
    }

    /// Opens a file for writing and reading, and makes it if it is not there; mode 0666 less the umask. Never waits for the
    /// other end of a named pipe.
    package static func openOrCreate(_ path: String) -> Int32 {
        retrying { open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666) }
    }

    /// Opens a file that is there, for writing at its end.
    package static func openToAppend(_ path: String) -> Int32 {
        retrying { open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK) }
    }

    /// Opens a folder, to `synchronize` it.
    package static func openFolder(_ path: String) -> Int32 {
        retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// Writes all of `bytes`; false on a failure.
    package static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
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

    /// Writes all of `bytes` from byte `offset` of the file on; false on a failure.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var (rest, offset) = (bytes, offset)
        while let base = rest.baseAddress, rest.count > 0 {
            let count = pwrite(descriptor, base, rest.count, offset)
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            offset += count
        }
        return true
    }

    /// Waits until what was written is on the storage device; false on a failure.
    package static func synchronize(_ descriptor: Int32) -> Bool {
        retrying { fsync(descriptor) } == 0
    }

    /// What `path` leads to, a symbolic link followed; nil when there is nothing, or no path to it for this user.
    ///
    /// Throws `.inputOutput` when that cannot be told, by a failing disk say: then it must not be taken for nothing.
    package static func status(_ path: String) throws(FastTrainError) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        guard isNothing(errno) else { throw .inputOutput(path: path, operation: "stat", reason: reason) }
        return nil
    }

    /// Whether an open file still has a name.
    static func isLinked(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_nlink > 0
    }

    /// Whether `path` is itself a symbolic link. Throws as `status`.
    static func isLink(_ path: String) throws(FastTrainError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFLNK }
        guard isNothing(errno) else { throw .inputOutput(path: path, operation: "lstat", reason: reason) }
        return false
    }

    /// The path with every symbolic link followed; nil when there is nothing at its end, or it is not UTF-8. Throws as
    /// `status`.
    static func resolved(_ path: String) throws(FastTrainError) -> String? {
        guard let text = realpath(path, nil) else {
            guard isNothing(errno) else { throw .inputOutput(path: path, operation: "realpath", reason: reason) }
            return nil
        }
        defer { free(text) }
        return String(validatingCString: text)
    }

    /// Whether an error number says that there is nothing of that name, or no path to it for this user.
    private static func isNothing(_ code: Int32) -> Bool {
        [ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG].contains(code)
    }

    /// The names in a folder, in no order, "." and ".." among them; none when there is no such folder. Throws `.noInput`,
    /// `.inputOutput`.
    package static func names(in folder: String) throws(FastTrainError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .noInput(path: folder, reason: reason)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        guard errno == 0 else { throw .inputOutput(path: folder, operation: "readdir", reason: reason) }
        return names
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
    package func isSameFile(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
    /// Who may read, write and execute it.
    var permissions: mode_t { st_mode & 0o777 }
}

extension FastTrainError {
    /// A file was written to while it was being read.
    static func changed(_ path: String, from bytes: Int, to found: Int) -> FastTrainError {
        .badData(
            file: path, place: .file, expected: "the \(bytes) bytes that were there when it was opened",
            found: found == bytes ? "that they were written to" : "\(found) bytes")
    }
}
