import Glibc

/// Zero-filled memory for one run: allocated once, aligned to a cache line, given back with its owner.
///
/// The one place where the hot path's memory comes from. `@unchecked Sendable`: it owns raw memory that the members of a
/// thread team write in disjoint parts or with a barrier between; it holds nothing else.
final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
    let count: Int
    let base: UnsafeMutablePointer<Element>
    private let mapped: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// Pages are touched first by whom uses them first, and are 2 MiB where the system allows it: a product walks
    /// through hundreds of rows at a time, more than the first-level TLB has 4 KiB entries for.
    init(count: Int) {
        self.count = count
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        let hugePage = 2 << 20
        mappedBytes = bytes + (bytes >= hugePage ? hugePage : 0)
        let memory = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            OutOfMemory.end(bytes)
        }
        mapped = memory
        var start = memory
        if bytes >= hugePage {
            start = memory.alignedUp(toMultipleOf: hugePage)
            madvise(start, bytes, MADV_HUGEPAGE)
        }
        base = start.bindMemory(to: Element.self, capacity: max(1, count))
    }

    /// A copy of all elements. (`base` does not keep the buffer alive; `self` does, to the end of this.)
    var array: [Element] {
        defer { extendLifetime(self) }
        return Array(UnsafeBufferPointer(start: base, count: count))
    }

    deinit {
        munmap(mapped, mappedBytes)
    }
}
