import CFiles
import Glibc

/// Writes a file so that, at any instant, its path holds either the old content in full or the new content in full.
///
/// Temporary file in the same folder, write, fsync, rename, fsync of the folder. When this returns, the content is
/// on the storage device, and a power cut cannot take it back. When it throws, the temporary file is gone and the path is as
/// it was, or, when only the fsync of the folder failed, has the new content.
///
/// A new file has the mode 0666 less the umask; one that is replaced keeps its mode, and its owner as far as the system lets
/// us. A symbolic link is followed and stays.
public enum AtomicFile {
    /// Writes what `body` writes to its sink. `check` is called with the path of the whole file before it takes the place of
    /// what was there.
    ///
    /// Throws `.cannotCreate` when the file cannot be created there, `.inputOutput` when writing fails (a full disk
    /// included), and whatever `body` and `check` throw.
    public static func write(
        to path: String, check: (_ temporary: String) throws(FastTrainError) -> Void = { _ in },
        _ body: (inout FileSink) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        let (target, replaced) = try resolve(path)
        let folder = self.folder(of: target)
        let (descriptor, temporary, entry) = try createTemporary(in: folder, for: path, replacing: replaced)
        var renamed = false
        defer {
            if !renamed { unlink(temporary) }
            fasttrain_temporary_unlist(entry)
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

    /// Writes `bytes` as the whole file.
    public static func write(_ bytes: [UInt8], to path: String) throws(FastTrainError) {
        try write(to: path) { (sink) throws(FastTrainError) in try sink.write(bytes) }
    }

    /// Writes `text` in UTF-8 as the whole file.
    public static func write(_ text: String, to path: String) throws(FastTrainError) {
        try write(to: path) { (sink) throws(FastTrainError) in try sink.write(text) }
    }

    /// Removes the temporary files that killed processes left in `folder`; those that a live one is writing are locked. What
    /// cannot be removed stays.
    public static func removeLeftovers(in folder: String) {
        for name in (try? System.names(in: folder)) ?? []
        where name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix) {
            removeLeftover(folder + "/" + name)
        }
    }

    private static func removeLeftover(_ path: String) {
        // For writing: on NFS no other descriptor can have the lock.
        let descriptor = System.openToAppend(path)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Where there are no locks, a live process may be writing it.
        if System.lock(descriptor) == .taken { unlink(path) }
    }

    private static let temporaryPrefix = ".fasttrain-"
    private static let temporarySuffix = ".partial"

    /// The file to write, `path` itself or where it leads as a symbolic link, and what is there.
    ///
    /// Throws `.cannotCreate` for what is no file, or leads nowhere.
    static func resolve(_ path: String) throws(FastTrainError) -> (path: String, status: stat?) {
        guard !path.isEmpty else { throw .cannotCreate(path: path, reason: "an empty path") }
        guard let status = try System.status(path) else {
            // Nothing there yet, or a link that leads nowhere: a rename would replace that link.
            guard try System.isLink(path) else { return (path, nil) }
            throw .cannotCreate(path: path, reason: "is a symbolic link that leads nowhere")
        }
        guard status.isRegularFile else {
            throw .cannotCreate(path: path, reason: status.isFolder ? "is a folder" : "is not a regular file")
        }
        guard try System.isLink(path) else { return (path, status) }
        guard let target = try System.resolved(path) else {
            throw .cannotCreate(path: path, reason: "is a symbolic link to a path that cannot be followed")
        }
        return (target, status)
    }

    /// The folder that a path is in.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `entry`: by which a signal that ends the process removes it.
    private static func createTemporary(
        in folder: String, for path: String, replacing replaced: stat?
    ) throws(FastTrainError) -> (descriptor: Int32, path: String, entry: Int32) {
        // A killed process of the same number may have left its file: take the next name then. So when somebody who removes
        // such files was between the making and the lock.
        for attempt in 0..<1000 {
            let temporary = "\(folder)/\(temporaryPrefix)\(getpid())-\(attempt)\(temporarySuffix)"
            let entry = fasttrain_temporary_list(temporary)
            let descriptor = System.createExclusively(temporary, mode: replaced?.permissions ?? 0o666)
            if descriptor >= 0, System.lock(descriptor) != .held, System.isLinked(descriptor) {
                if let replaced { System.resemble(descriptor, replaced) }
                return (descriptor, temporary, entry)
            }
            let reason = errno
            fasttrain_temporary_unlist(entry)
            if descriptor >= 0 { close(descriptor) }
            errno = reason
            guard descriptor >= 0 || reason == EEXIST else { throw System.creationFailure(path) }
        }
        throw .cannotCreate(path: path, reason: "too many temporary files in \(folder)")
    }

    /// Waits until the entries of a folder are on the storage device. Throws `.inputOutput` that names `path`.
    package static func synchronizeFolder(_ folder: String, for path: String) throws(FastTrainError) {
        let descriptor = System.openFolder(folder)
        guard descriptor >= 0 else {
            guard errno == EACCES else { throw failure(path, "open of the folder") }
            return  // a folder may be writable but not readable; the rename is done
        }
        defer { close(descriptor) }
        // EINVAL: a file system that cannot synchronize folders.
        guard System.synchronize(descriptor) || errno == EINVAL else { throw failure(path, "fsync of the folder") }
    }

    private static func failure(_ path: String, _ operation: String) -> FastTrainError {
        .inputOutput(path: path, operation: operation, reason: System.reason)
    }
}

/// Where the body of `AtomicFile.write` puts the file's content, front to back.
public struct FileSink: ~Copyable {
    let descriptor: Int32
    private let path: String
    /// Bytes written so far.
    public private(set) var count = 0

    fileprivate init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Appends `bytes`. Not buffered: one system call each. Throws `.inputOutput`.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FastTrainError) {
        guard System.writeAll(descriptor, bytes) else {
            throw .inputOutput(path: path, operation: "write", reason: System.reason)
        }
        count += bytes.count
    }

    /// Appends `bytes`.
    public mutating func write(_ bytes: [UInt8]) throws(FastTrainError) {
        let written = bytes.withUnsafeBytes { System.writeAll(descriptor, $0) }
        guard written else { throw .inputOutput(path: path, operation: "write", reason: System.reason) }
        count += bytes.count
    }

    /// Appends `text` in UTF-8.
    public mutating func write(_ text: String) throws(FastTrainError) { try write(Array(text.utf8)) }
}
