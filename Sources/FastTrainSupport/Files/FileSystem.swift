import Platform

/// Queries, folders and text files, on top of the calls of `System`.
package enum FileSystem {
    /// Returns whether a folder exists at `path`. Throws `.inputOutput` if this cannot be determined.
    package static func isFolder(_ path: String) throws(FastTrainError) -> Bool {
        try System.status(path)?.isFolder ?? false
    }

    /// Returns whether there is a file or folder at `path`. Throws as `isFolder`.
    package static func exists(_ path: String) throws(FastTrainError) -> Bool { try System.status(path) != nil }

    /// Returns a folder's path without trailing slashes.
    ///
    /// - Throws: `.invalidUse` if the path is empty or contains a NUL. An empty path is a mistake, such as a script's
    ///   variable that was never set.
    package static func trimmed(_ path: String) throws(FastTrainError) -> String {
        guard !path.isEmpty else { throw .invalidUse("expected a folder, found an empty path") }
        try System.expectWholePath(path)
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.unicodeScalars.removeLast() }
        return path
    }

    /// Returns a path that names the same file from any working directory.
    ///
    /// The path is returned unchanged if there is no working directory or its path is not UTF-8.
    package static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(validatingCString: here).map { $0 + "/" + path } ?? path
    }

    /// Creates a folder and its missing parents.
    ///
    /// When this returns, the folder is on the storage device, provided that its file system can synchronize folders
    /// and that the parent may be read.
    package static func makeFolder(_ path: String) throws(FastTrainError) {
        let path = try trimmed(path)
        let parent = AtomicFile.folder(of: path)
        if try !isFolder(path) {
            if parent != path { try makeFolder(parent) }
            if mkdir(path, 0o777) != 0 {
                guard errno == EEXIST else { throw System.creationFailure(path, by: "mkdir") }
                // Another process may have created it meanwhile.
                guard try isFolder(path) else { throw .cannotCreate(path: path, reason: "is not a folder") }
            }
        }
        // This is done even if the folder existed, because the process that created it may have been killed before
        // synchronizing. Folders further up were synchronized when they were created, before this one.
        try AtomicFile.synchronizeFolder(parent, for: parent)
    }

    /// The default size limit of a text file in bytes: twice the size of the history of the longest run.
    package static let maxTextBytes = 1 << 26

    /// Returns the content of a text file.
    ///
    /// - Throws: `.noInput` if there is no such file; `.inputOutput` if reading fails; `.badData` if the file is not
    ///   UTF-8 or has more than `maxBytes` bytes.
    package static func readText(_ path: String, maxBytes: Int = maxTextBytes) throws(FastTrainError) -> String {
        guard let text = String(validating: try readBytes(path, maxBytes: maxBytes), as: UTF8.self) else {
            throw .badData(file: path, place: .file, expected: "UTF-8 text", found: "invalid bytes")
        }
        return text
    }

    /// Returns the content of a file.
    ///
    /// - Throws: `.noInput` if there is no such file; `.inputOutput` if reading fails; `.badData` if the file has more
    ///   than `maxBytes` bytes.
    package static func readBytes(_ path: String, maxBytes: Int = maxTextBytes) throws(FastTrainError) -> [UInt8] {
        let (descriptor, status) = try System.openRegularFile(path)
        defer { close(descriptor) }
        let size = Int(status.st_size)
        let tooMuch = FastTrainError.badData(
            file: path, place: .file, expected: "at most \(maxBytes) bytes", found: "more")
        guard size <= maxBytes else { throw tooMuch }
        var bytes: [UInt8] = []
        // A file that is small enough is read in one piece. The extra byte reveals whether the file has grown.
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(max(size + 1, 1 << 12), 1 << 16), alignment: 1)
        defer { piece.deallocate() }
        while case let count = try System.read(descriptor, piece, path), count > 0 {
            bytes += piece[..<count]
            guard bytes.count <= maxBytes else { throw tooMuch }
        }
        return bytes
    }

    /// Calls `body` with the path of a file in memory, which exists during the call.
    package static func withMemoryFile<Result>(
        _ bytes: [UInt8], _ body: (String) throws(FastTrainError) -> Result
    ) throws(FastTrainError) -> Result {
        let descriptor = ft_open_memory_file()
        guard descriptor >= 0 else {
            throw .inputOutput(path: "memory", operation: "open", reason: System.reason)
        }
        defer { close(descriptor) }
        let path = "/proc/self/fd/\(descriptor)"
        guard bytes.withUnsafeBytes({ System.writeAll(descriptor, $0) }) else {
            throw .inputOutput(path: "memory", operation: "write", reason: System.reason)
        }
        return try body(path)
    }
}
