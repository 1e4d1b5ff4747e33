import KernelTypes

/// Memory for a matrix as lists of the numbers that are not zero. One row of it belongs to one thread at a time.
struct SparseLists: Sendable {
    private let rows: Int
    private let values: Buffer<Float>
    private let offsets: Buffer<UInt16>
    private let segments: Buffer<SparseSegment>
    /// The number of columns in a block of lists.
    let blockWidth: Int

    /// Creates memory for lists.
    ///
    /// - Parameters:
    ///   - rows: The largest number of rows.
    ///   - width: The largest number of columns.
    ///   - blockWidth: The number of columns in a block of lists.
    init(rows: Int, width: Int, blockWidth: Int = SparsePlan.blockWidth) {
        self.rows = rows
        self.blockWidth = blockWidth
        let blocks = max(1, (width + blockWidth - 1) / blockWidth)
        values = Buffer(count: blocks * rows * (blockWidth + 4))
        offsets = Buffer(count: blocks * rows * (blockWidth + 4))
        segments = Buffer(count: blocks * rows)
    }

    /// Returns the lists as a matrix of the given number of columns.
    func matrix(width: Int) -> SparseMatrix {
        SparseMatrix(
            values: values.base, offsets: offsets.base, segments: segments.base, rows: rows, width: width,
            blockWidth: blockWidth, roomOfRow: blockWidth + 4)
    }
}
