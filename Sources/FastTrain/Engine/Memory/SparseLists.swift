import KernelDispatch
import KernelTypes

/// Memory for a matrix of some rows as lists of what is not zero; one row of it belongs to one thread at a time.
struct SparseLists: Sendable {
    private let rows: Int
    private let values: Buffer<Float>
    private let offsets: Buffer<UInt16>
    private let segments: Buffer<SparseSegment>
    private let blockWidth: Int

    /// `width`: the most columns that it will have; `blockWidth`: columns of a block.
    init(rows: Int, width: Int, blockWidth: Int = SparsePlan.blockWidth) {
        self.rows = rows
        self.blockWidth = blockWidth
        let blocks = max(1, (width + blockWidth - 1) / blockWidth)
        values = Buffer(count: blocks * rows * (blockWidth + 4))
        offsets = Buffer(count: blocks * rows * (blockWidth + 4))
        segments = Buffer(count: blocks * rows)
    }

    /// The lists of a matrix of `width` columns.
    func matrix(width: Int) -> SparseMatrix {
        SparseMatrix(
            values: values.base, offsets: offsets.base, segments: segments.base, rows: rows, width: width,
            blockWidth: blockWidth, roomOfRow: blockWidth + 4)
    }
}
