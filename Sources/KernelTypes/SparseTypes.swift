/// Where what is not zero in one row and one block of columns lies.
public struct SparseSegment: BitwiseCopyable {
    /// The first number, a multiple of 4.
    public var begin: Int
    /// How many there are. Zeros follow up to a multiple of 4.
    public var count: Int

    /// See the properties.
    public init(begin: Int, count: Int) {
        self.begin = begin
        self.count = count
    }
}

/// A matrix as lists of what is not zero: compressed sparse rows, cut into blocks of columns.
///
/// The segment of row r in block b (columns `b * blockWidth ..< (b + 1) * blockWidth`) is `segments[b * rows + r]`, its
/// numbers in rising order of columns. In each block `roomOfRow` places for each row, from place
/// `(b * rows + r) * roomOfRow` on, belong to whoever writes row r; rows that one thread writes may share theirs.
public struct SparseMatrix {
    /// What is not zero.
    public var values: UnsafeMutablePointer<Float>
    /// Of each value, its column in the block times the bytes of a panel's row: where the other factor's row lies.
    /// Sixteen bits, since the product is bound by loads and gets four of them with one.
    public var offsets: UnsafeMutablePointer<UInt16>
    /// [blocks, rows]
    public var segments: UnsafeMutablePointer<SparseSegment>
    /// Rows that there is room for.
    public var rows: Int
    /// Columns that hold data.
    public var width: Int
    /// A multiple of `panelWidth`, at most 511.
    public var blockWidth: Int
    /// `blockWidth` and 4: the zeros that fill up a row's segment.
    public var roomOfRow: Int

    /// See the properties.
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

/// `GradientArguments` for an input that is sparse and a few panels of outputs:
/// `block[p, i, j] = Σᵣ input[r, firstInput + i] · delta[r, (firstPanel + p) * panelWidth + j]`, rows in rising order.
public struct OuterProductArguments {
    /// Of input and delta.
    public var precision: Precision
    /// [rows, inputs]
    public var input: SparseMatrix
    /// [rows, outputs]
    public var delta: PanelMatrix
    /// The first panel of `delta`.
    public var firstPanel: Int
    /// 1 to 4.
    public var panels: Int
    /// The first input, a multiple of `input.blockWidth`.
    public var firstInput: Int
    /// The input after the last: another multiple, or the width.
    public var endInput: Int
    /// The first row of the shard.
    public var firstRow: Int
    /// The row after its last.
    public var endRow: Int
    /// [panels, endInput - firstInput, panelWidth]
    public var block: UnsafeMutablePointer<Float>

    /// See the properties.
    public init(
        precision: Precision, input: SparseMatrix, delta: PanelMatrix, firstPanel: Int, panels: Int, firstInput: Int,
        endInput: Int, firstRow: Int, endRow: Int, block: UnsafeMutablePointer<Float>
    ) {
        self.precision = precision
        self.input = input
        self.delta = delta
        self.firstPanel = firstPanel
        self.panels = panels
        self.firstInput = firstInput
        self.endInput = endInput
        self.firstRow = firstRow
        self.endRow = endRow
        self.block = block
    }
}
