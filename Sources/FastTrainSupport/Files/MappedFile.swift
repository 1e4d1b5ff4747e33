import CFiles
import Glibc

/// A regular file mapped into memory for reading. Pages come from the page cache when they are first touched: asking
/// for all of them at once (MAP_POPULATE) gained nothing (Zen 3, 55 MB opened and hashed in 6.0 ms, with it 6.5 ms).
///
/// The mapping shows the file as it was opened even when another file is renamed over it. One that is written to in place
/// shows what was written: `checkUnchanged` tells. Where it was cut short, reading is a fault (SIGBUS), which the programs
/// turn into the same error; in a program of another's it ends that, as with any memory-mapped file.
///
/// `@unchecked Sendable`: the memory is read-only and lives as long as the object.
package final class MappedFile: @unchecked Sendable {
    /// The whole file.
    package let bytes: UnsafeRawBufferPointer
    private let mapping: UnsafeMutablePointer<fasttrain_mapping>

    /// Throws `.noInput` when the file is missing, may not be read or is not a regular file, `.inputOutput` when it
    /// cannot be mapped. `name`: what it is called in messages, in place of its path.
    package init(path: String, name: String? = nil) throws(FastTrainError) {
        let (descriptor, _) = try System.openRegularFile(path)
        guard let mapping = fasttrain_mapping_open(descriptor, name ?? path) else {
            defer { close(descriptor) }
            throw .inputOutput(path: path, operation: "mmap", reason: System.reason)
        }
        self.mapping = mapping
        bytes = UnsafeRawBufferPointer(start: mapping.pointee.base, count: mapping.pointee.size)
    }

    /// Throws `.badData` when the file was written to since it was opened, as the time of its last change tells, or has
    /// another size. The same words are said of a fault (CProgram/fault.c).
    package func checkUnchanged() throws(FastTrainError) {
        var size = 0
        let state = fasttrain_mapping_check(mapping, &size)
        guard state != FASTTRAIN_MAPPING_SAME else { return }
        throw .changed(String(cString: mapping.pointee.name), from: bytes.count, to: size)
    }

    deinit { fasttrain_mapping_close(mapping) }
}

/// A file that is read where it lies, or a part of one.
package protocol UnchangingFile {
    /// Throws `.badData` when it was written to, or has another size, since it was opened.
    func checkUnchanged() throws(FastTrainError)
}

extension MappedFile: UnchangingFile {}
extension SafeTensors: UnchangingFile {}
