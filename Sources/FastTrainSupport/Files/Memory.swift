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
