import Platform

/// A block of memory, aligned to 64 bytes, that is filled once when it is created and only read afterwards.
///
/// `@unchecked Sendable` because nothing is written after initialization. The memory is freed with the last reference.
package final class Memory: @unchecked Sendable {
    package let bytes: UnsafeRawBufferPointer

    /// Allocates memory and calls `fill` to initialize all of it. Returns `nil` if there is not enough memory.
    package init?(
        byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        guard let base = Self.allocate(byteCount) else { return nil }
        bytes = UnsafeRawBufferPointer(start: base, count: byteCount)
        try fill(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
    }

    /// Returns the content of a whole file.
    ///
    /// - Parameters:
    ///   - path: The file to read.
    ///   - name: The name of the file in messages.
    ///   - check: Called before memory is allocated for the file; it may refuse the file by its size and first bytes.
    /// - Throws: `.noInput` if the file does not exist or is not a regular file; `.badData` if it changes while it is
    ///   read; `.inputOutput` if reading fails or there is not enough memory; the errors of `check`.
    package static func contents(
        of path: String, name: String, check: (FileStart) throws(FastTrainError) -> Void = { _ in }
    ) throws(FastTrainError) -> Memory {
        let (descriptor, status) = try System.openRegularFile(path)
        defer { close(descriptor) }
        try check(FileStart(descriptor: descriptor, fileSize: Int(status.st_size), name: name))
        let memory = try Memory(byteCount: Int(status.st_size)) { (bytes) throws(FastTrainError) in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
                let count = try System.read(descriptor, rest, name)
                guard count > 0 else { throw .changed(name, from: bytes.count, to: done) }
                done += count
            }
            try System.expectUnchanged(descriptor, since: status, name)
        }
        guard let memory else {
            throw .inputOutput(
                path: name, operation: "read", reason: "the system cannot provide \(status.st_size) bytes of memory")
        }
        return memory
    }

    /// Creates a copy of `elements`.
    package init<Element: BitwiseCopyable>(copying elements: [Element]) {
        let byteCount = elements.count * MemoryLayout<Element>.stride
        guard let base = Self.allocate(byteCount) else { OutOfMemory.end(byteCount) }
        elements.withUnsafeBytes {
            base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: byteCount)
        }
        bytes = UnsafeRawBufferPointer(start: base, count: byteCount)
    }

    deinit { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        var base: UnsafeMutableRawPointer?
        return posix_memalign(&base, 64, max(byteCount, 1)) == 0 ? base : nil
    }
}
