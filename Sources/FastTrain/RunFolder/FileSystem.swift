import Glibc

/// What the run folder needs of the operating system.
enum FileSystem {
    /// Throws `.inputOutput` when it cannot be told, as `exists`.
    package static func isFolder(_ path: String) throws(FastTrainError) -> Bool {
        try System.status(path)?.isFolder ?? false
    }

    static func exists(_ path: String) throws(FastTrainError) -> Bool { try System.status(path) != nil }

    /// A folder's path without slashes at its end. Throws `.usage` for an empty one: that is no folder, but a mistake (a
    /// variable of a script that was never set).
    static func trimmed(_ path: String) throws(FastTrainError) -> String {
        guard !path.isEmpty else { throw .usage("expected a folder, found an empty path") }
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.unicodeScalars.removeLast() }
        return path
    }

    /// Makes a folder and those above it that are missing. When this returns, it is on the storage device, if its file
    /// system can tell that of a folder and the one above may be read.
    static func makeFolder(_ path: String) throws(FastTrainError) {
        let path = try trimmed(path)
        let parent = AtomicFile.folder(of: path)
        if try !isFolder(path) {
            if parent != path { try makeFolder(parent) }
            if mkdir(path, 0o777) != 0 {
                guard errno == EEXIST else { throw System.creationFailure(path, by: "mkdir") }
                // Another process may have been faster.
                guard try isFolder(path) else { throw .cannotCreate(path: path, reason: "is not a folder") }
            }
        }
        // Also when it was there: the process that made it may have been killed before this. Those above it are on the
        // device then, as they were made, and this was done, before it.
        try AtomicFile.synchronizeFolder(parent, for: parent)
    }

    /// The most bytes of a text file: twice what the history of the longest run takes.
    static let mostTextBytes = 1 << 26

    /// A text file's content. Throws `.noInput`, `.inputOutput`, or `.badData` when it is not UTF-8 or has more than `most`
    /// bytes.
    static func readText(_ path: String, most: Int = mostTextBytes) throws(FastTrainError) -> String {
        guard let text = String(validating: try readBytes(path, most: most), as: UTF8.self) else {
            throw .badData(file: path, place: .file, expected: "text in UTF-8", found: "other bytes")
        }
        return text
    }

    /// A file's content. Throws `.noInput`, `.inputOutput`, or `.badData` when it has more than `most` bytes.
    static func readBytes(_ path: String, most: Int = mostTextBytes) throws(FastTrainError) -> [UInt8] {
        let (descriptor, status) = try System.openRegularFile(path)
        defer { close(descriptor) }
        let size = Int(status.st_size)
        let tooMuch = FastTrainError.badData(file: path, place: .file, expected: "at most \(most) bytes", found: "more")
        guard size <= most else { throw tooMuch }
        var bytes: [UInt8] = []
        // In one piece, of a file that is not too large for it, with a byte more for what may have been added meanwhile.
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(max(size + 1, 1 << 12), 1 << 16), alignment: 1)
        defer { piece.deallocate() }
        while case let count = try System.read(descriptor, piece, path), count > 0 {
            bytes += piece[..<count]
            guard bytes.count <= most else { throw tooMuch }
        }
        return bytes
    }
}
