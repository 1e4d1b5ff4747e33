import CIntrinsics
import KernelTypes

/// A walk through memory that is needed next, which prefetches some cache lines at a time.
struct PrefetchWalk {
    private var stretch: UnsafePointer<UnsafeRawBufferPointer>?
    private var stretchesLeft: Int
    private var line: UnsafeRawPointer?
    private var bytesLeft = 0
    /// The number of cache lines of a part.
    private let linesAtOnce: Int

    /// Creates a walk through all of `needed` in the given number of parts.
    @inline(__always) init(_ needed: Prefetch, parts: Int) {
        stretch = needed.stretches
        stretchesLeft = needed.count
        var bytes = 0
        for index in 0..<needed.count { bytes &+= needed.stretches![index].count }
        linesAtOnce = parts > 0 ? (bytes / 64 &+ parts &- 1) / parts : 0
    }

    /// Prefetches the next part.
    @inline(__always) mutating func advance() {
        if linesAtOnce > 0 { prefetchLines() }
    }

    /// Not inlined: a sparse product advances with each row, and mostly there is nothing to prefetch.
    @inline(never) private mutating func prefetchLines() {
        for _ in 0..<linesAtOnce {
            if bytesLeft <= 0 {
                guard stretchesLeft > 0, let next = stretch else { return }
                line = next.pointee.baseAddress
                bytesLeft = next.pointee.count
                stretch = next + 1
                stretchesLeft &-= 1
            }
            if let address = line {
                ft_prefetch_second_level(address)
                line = address + 64
            }
            bytesLeft &-= 64
        }
    }
}
