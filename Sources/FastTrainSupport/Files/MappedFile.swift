import CFiles
import Platform

/// A regular file mapped into memory for reading.
///
/// Pages are read from the page cache when they are first accessed. Requesting all of them at once (MAP_POPULATE)
/// gained nothing: on Zen 3, opening and hashing 55 MB took 6.0 ms without it and 6.5 ms with it.
///
/// The mapping still shows the opened file after another file has been renamed over it. If the file is modified in
/// place, the mapping shows the new content, which `checkUnchanged` detects. If the file is truncated, accessing the
/// missing part raises SIGBUS, as with any memory-mapped file. The fasttrain programs turn this signal into the same
/// error; it terminates any other program, which therefore has the choice of `FileStorage`.
///
/// `@unchecked Sendable` because the memory is read-only and lives as long as the object.
package final class MappedFile: @unchecked Sendable {
    /// The whole file.
    package let bytes: UnsafeRawBufferPointer
    private let mapping: UnsafeMutablePointer<ft_mapping>

    /// Maps the file at `path`.
    ///
    /// - Parameters:
    ///   - path: The file to map.
    ///   - name: The name of the file in messages, by default its path.
    /// - Throws: `.noInput` if the file does not exist, cannot be read or is not a regular file; `.inputOutput` if it
    ///   cannot be mapped.
    package init(path: String, name: String? = nil) throws(FastTrainError) {
        let (descriptor, _) = try System.openRegularFile(path)
        guard let mapping = ft_mapping_open(descriptor, name ?? path) else {
            defer { close(descriptor) }
            throw .inputOutput(path: path, operation: "mmap", reason: System.reason)
        }
        self.mapping = mapping
        bytes = UnsafeRawBufferPointer(start: mapping.pointee.base, count: mapping.pointee.size)
    }

    /// Verifies, by size and modification time, that the file has not changed since it was opened.
    ///
    /// A fault in the mapping is reported with the same message (CProgram/fault.c).
    ///
    /// - Throws: `.badData` if the file has changed.
    package func checkUnchanged() throws(FastTrainError) {
        var size = 0
        let state = ft_mapping_check(mapping, &size)
        guard state != FT_MAPPING_SAME else { return }
        throw .changed(String(cString: mapping.pointee.name), from: bytes.count, to: size)
    }

    deinit { ft_mapping_close(mapping) }
}
