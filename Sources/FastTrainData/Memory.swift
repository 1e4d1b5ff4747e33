import Glibc

/// A block of memory aligned to 64 bytes that is filled once, by who makes it, and then only read.
final class Memory: @unchecked Sendable {  // Sendable: no writes once it is made; freed with the last reference.
    let bytes: UnsafeRawBufferPointer

    /// Memory that `fill` initializes in full. Nil when there is not that much.
    init?(byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(FastTrainError) -> Void)
        throws(FastTrainError)
    {
        var base: UnsafeMutableRawPointer?
        guard posix_memalign(&base, 64, max(byteCount, 1)) == 0, let base else { return nil }
        bytes = UnsafeRawBufferPointer(start: base, count: byteCount)
        try fill(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
    }

    /// A copy of `elements`.
    init<Element: BitwiseCopyable>(copying elements: some Collection<Element>) {
        let buffer = UnsafeMutableBufferPointer<Element>(
            start: Self.allocate(elements.count * MemoryLayout<Element>.stride)
                .bindMemory(to: Element.self, capacity: elements.count), count: elements.count)
        _ = buffer.initialize(fromContentsOf: elements)
        bytes = UnsafeRawBufferPointer(buffer)
    }

    deinit { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        var base: UnsafeMutableRawPointer?
        guard posix_memalign(&base, 64, max(byteCount, 1)) == 0, let base else {
            fatalError("out of memory: \(byteCount) bytes")
        }
        return base
    }
}
