import Glibc

/// A block of memory aligned to 64 bytes that is filled once, by who makes it, and then only read.
///
/// `@unchecked Sendable`: no writes once it is made; freed with the last reference.
package final class Memory: @unchecked Sendable {
    package let bytes: UnsafeRawBufferPointer

    /// Memory that `fill` initializes in full. Nil when there is not that much.
    package init?(
        byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        guard let base = Self.allocate(byteCount) else { return nil }
        bytes = UnsafeRawBufferPointer(start: base, count: byteCount)
        try fill(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
    }

    /// A copy of `elements`.
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

/// How the process ends when the system gives no memory for a buffer: that cannot be a thrown error in the midst of a team.
package enum OutOfMemory {
    /// To be set, if at all, before anything is computed. Is given the bytes that were asked for.
    nonisolated(unsafe) package static var end: @Sendable (Int) -> Never = { bytes in
        fatalError("out of memory: \(bytes) bytes asked for")
    }
}
