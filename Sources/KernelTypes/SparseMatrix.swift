/// A matrix as lists of its nonzero entries: compressed sparse rows, cut into blocks of columns.
///
/// Block b covers columns `b * blockWidth ..< (b + 1) * blockWidth`. The entries of row r in block b are `segments[b *
/// rows + r]`, in ascending order of columns. Within a block, each row owns `roomOfRow` places, starting at `(b * rows
/// + r) * roomOfRow`, and only the thread that writes row r touches them. Rows that one thread writes may share their
/// places.
public struct SparseMatrix {
    /// The nonzero values.
    public var values: UnsafeMutablePointer<Float>
    /// For each value, its column within the block times the size of a panel's row in bytes: the byte offset of the row
    /// of the other factor that it multiplies.
    ///
    /// Sixteen bits suffice, and matter: the product is bound by loads and fetches four offsets with one.
    public var offsets: UnsafeMutablePointer<UInt16>
    /// The place of each row's entries, [blocks, rows].
    public var segments: UnsafeMutablePointer<SparseSegment>
    /// The number of rows that there is room for.
    public var rows: Int
    /// The number of columns that hold data.
    public var width: Int
    /// The number of columns of a block: a multiple of `panelWidth`, at most 511.
    public var blockWidth: Int
    /// The number of places that a row owns in each block: `blockWidth`, and 4 for the zeros after the last entry.
    public var roomOfRow: Int

    /// Creates a matrix over memory that the caller keeps alive.
    public init(
        values: UnsafeMutablePointer<Float>, offsets: UnsafeMutablePointer<UInt16>,
        segments: UnsafeMutablePointer<SparseSegment>, rows: Int, width: Int, blockWidth: Int,
        roomOfRow: Int
    ) {
        self.values = values
        self.offsets = offsets
        self.segments = segments
        self.rows = rows
        self.width = width
        self.blockWidth = blockWidth
        self.roomOfRow = roomOfRow
    }
}

/// The place of the nonzero entries of one row in one block of columns.
public struct SparseSegment: BitwiseCopyable {
    /// The index of the first entry, a multiple of 4.
    public var begin: Int
    /// The number of entries. Zeros follow them up to a multiple of 4.
    public var count: Int

    /// Creates a segment from its first index and its number of entries.
    public init(begin: Int, count: Int) {
        self.begin = begin
        self.count = count
    }
}
