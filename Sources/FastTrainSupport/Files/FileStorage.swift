/// Where the content of an opened file lies.
public enum FileStorage: Sendable {
    /// The file is mapped into memory. Opening it copies nothing, it may be larger than the memory, and processes that
    /// map it share one copy.
    ///
    /// No one may truncate the file while it is open: an access to the missing part raises SIGBUS, which ends the
    /// process. Replacing the file with another one by renaming is harmless. If it is written to in place, the calls
    /// that use it throw `.badData`.
    case mapped
    /// The file is read into memory once. Nothing that happens to it afterwards has any effect.
    case memory
}

/// The content of a regular file, mapped or in memory.
package struct FileContent: @unchecked Sendable {  // The memory is only read, and `owner` keeps it alive.
    /// The whole file.
    package let bytes: UnsafeRawBufferPointer
    /// The object that keeps `bytes` in memory.
    package let owner: any AnyObject & Sendable

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: The file to open.
    ///   - name: The name of the file in messages, by default its path.
    ///   - storage: Whether the file is mapped or read into memory.
    ///   - check: Called before the file is read into memory; it may refuse the file by its size and first bytes.
    /// - Throws: `.noInput` if the file does not exist or is not a regular file; `.inputOutput` if it cannot be mapped
    ///   or read; `.badData` if it changes while it is read; the errors of `check`.
    package init(
        path: String, name: String? = nil, storage: FileStorage,
        check: (FileStart) throws(FastTrainError) -> Void = { _ in }
    ) throws(FastTrainError) {
        switch storage {
        case .mapped:
            let file = try MappedFile(path: path, name: name)
            (bytes, owner) = (file.bytes, file)
        case .memory:
            let memory = try Memory.contents(of: path, name: name ?? path, check: check)
            (bytes, owner) = (memory.bytes, memory)
        }
    }
}
