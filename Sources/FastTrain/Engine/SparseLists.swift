import KernelDispatch
import KernelTypes

/// Memory for a matrix of some rows as lists of what is not zero; one row of it belongs to one thread at a time.
struct SparseLists: Sendable {
    private let rows: Int
    private let values: Buffer<Float>
    private let offsets: Buffer<UInt16>
    private let segments: Buffer<SparseSegment>

    private static let roomOfRow = SparsePlan.blockWidth + 4

    /// `width`: the most columns that it will have.
    init(rows: Int, width: Int) {
        self.rows = rows
        let blocks = max(1, (width + SparsePlan.blockWidth - 1) / SparsePlan.blockWidth)
        values = Buffer(count: blocks * rows * SparseLists.roomOfRow)
        offsets = Buffer(count: blocks * rows * SparseLists.roomOfRow)
        segments = Buffer(count: blocks * rows)
    }

    /// The lists of a matrix of `width` columns.
    func matrix(width: Int) -> SparseMatrix {
        SparseMatrix(
            values: values.base, offsets: offsets.base, segments: segments.base, rows: rows, width: width,
            blockWidth: SparsePlan.blockWidth, roomOfRow: SparseLists.roomOfRow)
    }
}
