import CFiles
import Platform

/// Writes a file so that, at any instant, its path holds either all of the old content or all of the new content.
///
/// The content is written to a temporary file in the same folder and synchronized (fsync). The file is then renamed,
/// and the folder is synchronized, too. When a write returns, the content is on the storage device and survives a power
/// failure. When it throws, the temporary file is gone and the path is unchanged, unless only the synchronization of
/// the folder failed: then the path has the new content.
///
/// A new file gets the mode 0666 minus the umask. A replaced file keeps its mode, and its owner as far as the system
/// permits. A symbolic link is followed and kept.
package enum AtomicFile {
    /// Writes a file whose content `body` produces.
    ///
    /// - Parameters:
    ///   - path: The file to create or replace.
    ///   - check: Called with the path of the complete temporary file before it replaces the old file.
    ///   - body: Writes the content to its sink.
    /// - Throws: `.cannotCreate` if the file cannot be created, `.inputOutput` if writing fails (for example because
    ///   the disk is full), and any error of `body` and `check`.
    package static func write(
        to path: String, check: (_ temporary: String) throws(FastTrainError) -> Void = { _ in },
        _ body: (inout FileSink) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        let (target, replaced) = try resolve(path)
        let folder = self.folder(of: target)
        let (descriptor, temporary, entry) = try createTemporary(in: folder, for: path, replacing: replaced)
        var renamed = false
        defer {
            if !renamed { unlink(temporary) }
            ft_temporary_unlist(entry)
        }
        do {
            defer { close(descriptor) }
            var sink = FileSink(descriptor: descriptor, path: path)
            try body(&sink)
            guard System.synchronize(descriptor) else { throw failure(path, "fsync") }
        }
        try check(temporary)
        guard rename(temporary, target) == 0 else { throw failure(path, "rename") }
        renamed = true
        try synchronizeFolder(folder, for: path)
    }

    /// Writes `bytes` as the whole content of a file.
    package static func write(_ bytes: [UInt8], to path: String) throws(FastTrainError) {
        try write(to: path) { (sink) throws(FastTrainError) in try sink.write(bytes) }
    }

    /// Writes `text`, encoded as UTF-8, as the whole content of a file.
    package static func write(_ text: String, to path: String) throws(FastTrainError) {
        try write(to: path) { (sink) throws(FastTrainError) in try sink.write(text) }
    }

    /// Removes the temporary files that killed processes left in `folder`.
    ///
    /// Files that a live process is writing are locked and stay. So do files that cannot be removed.
    package static func removeLeftovers(in folder: String) {
        for name in (try? System.names(in: folder)) ?? []
        where name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix) {
            removeLeftover(folder + "/" + name)
        }
    }

    private static func removeLeftover(_ path: String) {
        // Opened for writing because NFS requires a writable descriptor for the lock.
        let descriptor = System.openToAppend(path)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Without locks a live process may still be writing the file.
        if System.lock(descriptor) == .taken { unlink(path) }
    }

    private static let temporaryPrefix = ".fasttrain-"
    private static let temporarySuffix = ".partial"

    /// Returns the file to write, which is `path` itself or the target of that symbolic link, and the status of the
    /// existing file, if any.
    ///
    /// - Throws: `.cannotCreate` if `path` is not a regular file or is a dangling link.
    static func resolve(_ path: String) throws(FastTrainError) -> (path: String, status: stat?) {
        guard !path.isEmpty else { throw .cannotCreate(path: path, reason: "the path is empty") }
        guard let status = try System.status(path) else {
            // Nothing exists yet, or the path is a dangling link, which a rename would replace.
            guard try System.isLink(path) else { return (path, nil) }
            throw .cannotCreate(path: path, reason: "is a dangling symbolic link")
        }
        guard status.isRegularFile else {
            throw .cannotCreate(path: path, reason: status.isFolder ? "is a folder" : "is not a regular file")
        }
        guard try System.isLink(path) else { return (path, status) }
        guard let target = try System.resolved(path) else {
            throw .cannotCreate(path: path, reason: "is a symbolic link that cannot be resolved")
        }
        return (target, status)
    }

    /// Returns the folder that contains `path`.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Creates and locks a temporary file in `folder`. The returned entry is its number in the list of files to remove
    /// if a signal ends the process.
    private static func createTemporary(
        in folder: String, for path: String, replacing replaced: stat?
    ) throws(FastTrainError) -> (descriptor: Int32, path: String, entry: Int32) {
        // A killed process with the same ID may have left a file with this name, or another process may have removed
        // the new file before it was locked. Both cases try the next name.
        for attempt in 0..<1000 {
            let temporary = "\(folder)/\(temporaryPrefix)\(getpid())-\(attempt)\(temporarySuffix)"
            let entry = ft_temporary_list(temporary)
            let descriptor = System.createExclusively(temporary, mode: replaced?.permissions ?? 0o666)
            if descriptor >= 0, System.lock(descriptor) != .held, System.isLinked(descriptor) {
                if let replaced { System.resemble(descriptor, replaced) }
                return (descriptor, temporary, entry)
            }
            let reason = errno
            ft_temporary_unlist(entry)
            if descriptor >= 0 { close(descriptor) }
            errno = reason
            guard descriptor >= 0 || reason == EEXIST else { throw System.creationFailure(path) }
        }
        throw .cannotCreate(path: path, reason: "too many temporary files in \(folder)")
    }

    /// Waits until the entries of a folder are on the storage device.
    ///
    /// - Parameters:
    ///   - folder: The folder to synchronize.
    ///   - path: The file to name in an error.
    /// - Throws: `.inputOutput` if synchronizing fails.
    package static func synchronizeFolder(_ folder: String, for path: String) throws(FastTrainError) {
        let descriptor = System.openFolder(folder)
        guard descriptor >= 0 else {
            guard errno == EACCES else { throw failure(path, "open of the folder") }
            return  // a folder can be writable but not readable; the rename is done
        }
        defer { close(descriptor) }
        // EINVAL: the file system cannot synchronize folders.
        guard System.synchronize(descriptor) || errno == EINVAL else { throw failure(path, "fsync of the folder") }
    }

    private static func failure(_ path: String, _ operation: String) -> FastTrainError {
        .inputOutput(path: path, operation: operation, reason: System.reason)
    }
}
