import Platform

/// File operations of the operating system. Each call is retried when a signal interrupts it, and leaves the reason for
/// a failure in `errno`.
package enum System {
    /// The system's description of the last failure.
    package static var reason: String { reason(errno) }

    /// Returns the system's description of an error number.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// Returns the error for a file or folder whose creation has just failed.
    package static func creationFailure(_ path: String, by operation: String = "create") -> FastTrainError {
        let reason = self.reason
        switch errno {
        case ENOSPC, EDQUOT, EIO: return .inputOutput(path: path, operation: operation, reason: reason)
        default: return .cannotCreate(path: path, reason: reason)
        }
    }

    /// Throws `.invalidUse` if a path contains a NUL, where the system's calls would end it and so use another file.
    ///
    /// Every path passes one of the functions that call this before it reaches a call that cannot fail with an error.
    static func expectWholePath(_ path: String) throws(FastTrainError) {
        guard !path.utf8.contains(0) else {
            throw .invalidUse("expected a path without NUL characters, found '\(path.printable)'")
        }
    }

    /// Opens a regular file for reading, without ever waiting for the other end of a named pipe.
    ///
    /// - Returns: The open file and its status, which includes its size.
    /// - Throws: `.noInput` if there is no regular file at `path`, `.invalidUse` if `path` is empty or contains a NUL.
    package static func openRegularFile(_ path: String) throws(FastTrainError) -> (descriptor: Int32, status: stat) {
        guard !path.isEmpty else { throw .invalidUse("expected a file, found an empty path") }
        try expectWholePath(path)
        let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .noInput(path: path, reason: reason) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.isRegularFile else {
            close(descriptor)
            throw .noInput(path: path, reason: status.isFolder ? "is a folder, not a file" : "is not a regular file")
        }
        return (descriptor, status)
    }

    /// Reads available data, up to the size of `buffer`.
    ///
    /// - Returns: The number of bytes read; 0 at the end of the file.
    /// - Throws: `.inputOutput`, naming `path`, if reading fails.
    package static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ path: String
    ) throws(FastTrainError) -> Int {
        while true {
            let count = Platform.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .inputOutput(path: path, operation: "read", reason: reason) }
        }
    }

    /// Returns the first `count` bytes of a file, fewer if it is shorter, or `nil` if it cannot be read.
    package static func firstBytes(of path: String, _ count: Int) -> [UInt8]? {
        guard let (descriptor, status) = try? openRegularFile(path) else { return nil }
        defer { close(descriptor) }
        return try? FileStart(descriptor: descriptor, fileSize: Int(status.st_size), name: path).bytes(count)
    }

    /// Verifies, by size and modification time, that an open file has not changed since it had the status `before`.
    ///
    /// - Throws: `.badData` if the file has changed.
    package static func expectUnchanged(_ descriptor: Int32, since before: stat, _ path: String) throws(FastTrainError)
    {
        var now = stat()
        guard fstat(descriptor, &now) == 0 else { throw .inputOutput(path: path, operation: "stat", reason: reason) }
        guard
            now.st_size == before.st_size, now.st_mtim.tv_sec == before.st_mtim.tv_sec,
            now.st_mtim.tv_nsec == before.st_mtim.tv_nsec
        else { throw .changed(path, from: Int(before.st_size), to: Int(now.st_size)) }
    }

    /// Creates a file, which must not exist yet, for reading and writing. Its mode is `mode` minus the umask.
    static func createExclusively(_ path: String, mode: mode_t) -> Int32 {
        retrying { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
    }

    /// Gives a file the owner, group and mode of another, as far as the system permits. Only root may give a file to
    /// another user, and not every file system has owners and modes.
    static func resemble(_ descriptor: Int32, _ other: stat) {
        var mode = other.permissions
        if fchown(descriptor, other.st_uid, other.st_gid) != 0, fchown(descriptor, uid_t.max, other.st_gid) != 0 {
            // The group cannot be kept, so permissions of the original group must not pass to a different one.
            mode &= ~0o070 | (mode & 0o007) << 3
        }
        _ = fchmod(descriptor, mode)
    }

    /// The result of trying to lock an open file.
    package enum Lock {
        /// This process has the lock until it releases it or ends.
        case taken
        /// Another process has the lock.
        case held
        /// The file system does not support locks.
        case missing
    }

    /// Tries to lock an open file or folder, without waiting.
    package static func lock(_ descriptor: Int32) -> Lock {
        if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return .taken }
        return errno == EWOULDBLOCK ? .held : .missing
    }

    /// Opens a file for reading and writing, and creates it with the mode 0666 minus the umask if it does not exist.
    /// Never waits for the other end of a named pipe.
    package static func openOrCreate(_ path: String) -> Int32 {
        retrying { open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666) }
    }

    /// Opens an existing file for writing at its end.
    package static func openToAppend(_ path: String) -> Int32 {
        retrying { open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK) }
    }

    /// Opens a folder in order to `synchronize` it.
    package static func openFolder(_ path: String) -> Int32 {
        retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// Writes all of `bytes`. Returns false on failure.
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

    /// Writes all of `bytes`, starting at byte `offset` of the file. Returns false on failure.
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

    /// Waits until everything written is on the storage device. Returns false on failure.
    package static func synchronize(_ descriptor: Int32) -> Bool {
        retrying { ft_synchronize_file(descriptor) } == 0
    }

    /// Returns the status of the file at `path`, following symbolic links, or `nil` if this user can reach no such
    /// file.
    ///
    /// - Throws: `.inputOutput` if this cannot be determined, for example on a failing disk. Such a file must not be
    ///   mistaken for a missing one. `.invalidUse` if `path` contains a NUL.
    package static func status(_ path: String) throws(FastTrainError) -> stat? {
        try expectWholePath(path)
        var status = stat()
        if stat(path, &status) == 0 { return status }
        guard isNothing(errno) else { throw .inputOutput(path: path, operation: "stat", reason: reason) }
        return nil
    }

    /// Returns whether an open file still has a name.
    static func isLinked(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_nlink > 0
    }

    /// Returns whether `path` itself is a symbolic link. Throws like `status(_:)`.
    static func isLink(_ path: String) throws(FastTrainError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFLNK }
        guard isNothing(errno) else { throw .inputOutput(path: path, operation: "lstat", reason: reason) }
        return false
    }

    /// Returns the path with all symbolic links resolved, or `nil` if it leads nowhere or is not UTF-8. Throws like
    /// `status(_:)`.
    static func resolved(_ path: String) throws(FastTrainError) -> String? {
        guard let text = realpath(path, nil) else {
            guard isNothing(errno) else { throw .inputOutput(path: path, operation: "realpath", reason: reason) }
            return nil
        }
        defer { free(text) }
        return String(validatingCString: text)
    }

    /// Returns whether an error number means that this user can reach no such file.
    private static func isNothing(_ code: Int32) -> Bool {
        [ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG].contains(code)
    }

    /// Returns the names in a folder, in no particular order and including "." and "..". Empty if the folder does not
    /// exist.
    ///
    /// - Throws: `.noInput` if the folder cannot be opened, `.inputOutput` if it cannot be read, `.invalidUse` if its path
    ///   contains a NUL.
    package static func names(in folder: String) throws(FastTrainError) -> [String] {
        try expectWholePath(folder)
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
    /// The permissions to read, write and execute.
    var permissions: mode_t { st_mode & 0o777 }
}

extension FastTrainError {
    /// The error for a file that was modified while it was being read.
    static func changed(_ path: String, from bytes: Int, to found: Int) -> FastTrainError {
        .badData(
            file: path, place: .file, expected: "the \(bytes) bytes present when it was opened",
            found: found == bytes ? "modified content" : "\(found) bytes")
    }
}
