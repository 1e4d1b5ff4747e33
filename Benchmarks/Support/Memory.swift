import KernelTypes
import Platform

/// Memory like the engine's buffers: aligned, and in 2 MiB pages where the system allows it.
public final class Memory<Element: BitwiseCopyable> {
    /// The first element.
    public let base: UnsafeMutablePointer<Element>

    /// Creates a buffer whose element i is `value(i)`.
    public init(count: Int, _ value: (Int) -> Element) {
        let hugePage = 2 << 20
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: bytes >= hugePage ? hugePage : 64)
        if bytes >= hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
        base = memory.bindMemory(to: Element.self, capacity: max(1, count))
        for index in 0..<count { base[index] = value(index) }
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }
}

extension Memory<Float> {
    /// Returns numbers in -0.5..<0.5 that are the same in every run.
    public convenience init(randomCount count: Int) {
        var state: UInt32 = 1
        self.init(count: count) { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) * 0x1p-32
        }
    }
}

/// A panel matrix of random numbers that owns its memory.
public final class Matrix {
    /// The matrix as the kernels take it. Keep this object alive while they use it.
    public let panels: PanelMatrix
    private let memory: Memory<Float>

    /// Creates a matrix with one spare row per panel, as the engine does.
    public init(rows: Int, width: Int, panelWidth: Int) {
        let stride = (rows + 1) * panelWidth
        memory = Memory(randomCount: (width + panelWidth - 1) / panelWidth * stride)
        panels = PanelMatrix(base: memory.base, panelStride: stride, width: width)
    }
}
