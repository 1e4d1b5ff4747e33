import KernelTypes

/// A matrix as lists of its nonzero elements, which owns its memory.
public final class Lists {
    /// The matrix as kernels take it.
    public let matrix: SparseMatrix
    private let panelWidth: Int
    private let values: UnsafeMutablePointer<Float>
    private let offsets: UnsafeMutablePointer<UInt16>
    private let segments: UnsafeMutablePointer<SparseSegment>

    /// Creates an empty matrix with memory for [rows, width].
    public init(rows: Int, width: Int, blockWidth: Int = 64, panelWidth: Int) {
        self.panelWidth = panelWidth
        let blocks = max(1, (width + blockWidth - 1) / blockWidth)
        let count = blocks * rows * (blockWidth + 4)
        values = .allocate(capacity: max(1, count))
        values.initialize(repeating: .nan, count: count)
        offsets = .allocate(capacity: max(1, count))
        offsets.initialize(repeating: 0, count: count)
        segments = .allocate(capacity: max(1, blocks * rows))
        segments.initialize(repeating: SparseSegment(begin: 0, count: 0), count: blocks * rows)
        matrix = SparseMatrix(
            values: values, offsets: offsets, segments: segments, rows: rows, width: width, blockWidth: blockWidth,
            roomOfRow: blockWidth + 4)
    }

    deinit {
        values.deallocate()
        offsets.deallocate()
        segments.deallocate()
    }

    /// Returns column and value of each entry of a row, in the order of the lists.
    public func entries(row: Int) -> [(column: Int, value: Float)] {
        defer { extendLifetime(self) }
        return stride(from: 0, to: max(1, matrix.width), by: matrix.blockWidth).flatMap { first in
            let segment = segments[first / matrix.blockWidth * matrix.rows + row]
            return (segment.begin..<segment.begin + segment.count).map {
                (first + Int(offsets[$0]) / (4 * panelWidth), values[$0])
            }
        }
    }

    /// Returns the padding after a row's entries, up to a multiple of four, in each block.
    public func padding(row: Int) -> [Float] {
        defer { extendLifetime(self) }
        return stride(from: 0, to: max(1, matrix.width), by: matrix.blockWidth).flatMap { first in
            let segment = segments[first / matrix.blockWidth * matrix.rows + row]
            let end = segment.begin + segment.count
            return (end..<(segment.begin + (segment.count + 3) / 4 * 4)).map { values[$0] }
        }
    }
}

extension TestRandom {
    /// Returns `count` numbers, of which a share of `density` is in -1..<1 and the others are zeros of both signs.
    public mutating func sparseFloats(_ count: Int, density: Double) -> [Float] {
        (0..<count).map { _ in
            let value = float()
            return Double(next() % 1000) < density * 1000 ? value : (next() % 2 == 0 ? 0 : -0.0)
        }
    }
}
