import Platform

/// Zero-filled memory, aligned to a cache line. It is allocated once and freed with its owner.
///
/// All memory of the hot path comes from here.
///
/// `@unchecked Sendable`: it owns raw memory only, which the members of a thread team write in disjoint parts, or with a
/// barrier in between.
final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
    let count: Int
    let base: UnsafeMutablePointer<Element>
    private let mapped: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// Allocates memory for a number of elements.
    ///
    /// Pages are mapped when a thread first touches them. They are 2 MiB large where the system allows it: a product walks
    /// through hundreds of rows at a time, more than the first-level TLB has entries for pages of 4 KiB.
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
            ft_prefer_huge_pages(start, bytes)
        }
        base = start.bindMemory(to: Element.self, capacity: max(1, count))
    }

    /// A copy of all elements.
    var array: [Element] {
        // `base` alone does not keep the buffer alive.
        defer { extendLifetime(self) }
        return Array(UnsafeBufferPointer(start: base, count: count))
    }

    deinit {
        munmap(mapped, mappedBytes)
    }
}
