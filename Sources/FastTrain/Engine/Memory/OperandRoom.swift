import KernelTypes

/// Memory for one matrix in another form than its numbers.
///
/// The rows that one product reads lie together, whatever the number of columns, so that they fill second-level cache
/// evenly: `readers` is the range of these rows. Several threads may have ranges of their own, which do not overlap.
struct OperandRoom: Sendable {
    private let kernels: KernelTable
    private let needs: Needs
    private let pairs: Activations?
    /// The memory for lists, if a matrix takes that form.
    let lists: SparseLists?

    /// Creates room for one matrix at a time.
    ///
    /// - Parameters:
    ///   - rows: The largest number of rows.
    ///   - matrices: The columns and the form of every matrix that will take the room.
    ///   - blockWidth: The number of columns in a block of lists.
    ///   - kernels: The kernels that fill the room.
    init(
        rows: Int, for matrices: [(width: Int, form: OperandForm)], blockWidth: Int = SparsePlan.blockWidth,
        kernels: KernelTable
    ) {
        self.kernels = kernels
        needs = Needs(rows: rows, matrices, blockWidth: blockWidth)
        pairs = needs.pairs.map {
            Activations(widths: [$0], rows: rows, panelWidth: kernels.panelWidth)
        }
        lists = needs.places.map { SparseLists(rows: rows, width: $0, blockWidth: blockWidth) }
    }

    /// Returns this room if it suffices for some matrices, and otherwise a new one.
    func room(for matrices: [(width: Int, form: OperandForm)], blockWidth: Int = SparsePlan.blockWidth) -> OperandRoom {
        needs.include(Needs(rows: needs.rows, matrices, blockWidth: blockWidth))
            ? self : OperandRoom(rows: needs.rows, for: matrices, blockWidth: blockWidth, kernels: kernels)
    }

    /// The sizes of a room.
    private struct Needs {
        let rows: Int
        /// The number of pairs of columns; `nil` means no matrix of pairs.
        let pairs: Int?
        /// The number of columns of the lists; `nil` means no lists.
        let places: Int?
        let blockWidth: Int

        init(rows: Int, _ matrices: [(width: Int, form: OperandForm)], blockWidth: Int) {
            func widest(_ forms: OperandForm...) -> Int? {
                matrices.filter { forms.contains($0.form) }.map(\.width).max()
            }
            self.rows = rows
            self.blockWidth = blockWidth
            pairs = widest(.pairs, .listedPairs).map { ($0 + 1) / 2 }
            places = [widest(.lists), widest(.listedPairs).map { ($0 + 1) / 2 }].compactMap(\.self).max()
        }

        /// Returns whether a room of these sizes suffices for others.
        func include(_ other: Needs) -> Bool {
            (pairs ?? 0) >= (other.pairs ?? 0)
                && (other.places.map { $0 <= places ?? 0 && other.blockWidth == blockWidth } ?? true)
        }
    }

    /// Returns the operand that a product of some rows reads, in the form that `pack` has brought the matrix into.
    func operand(_ form: OperandForm, of source: PanelMatrix, readers: Range<Int>) -> ProductInput {
        switch form {
        case .numbers: .panels(source)
        case .lists: .lists(lists(width: source.width))
        case .pairs: .panels(pairMatrix(of: source, readers: readers))
        case .listedPairs: .lists(lists(width: (source.width + 1) / 2))
        }
    }

    /// Brings a part of a matrix into a form. Its columns are whole blocks of lists, or twice as many for lists of pairs,
    /// or whole panels of pairs.
    ///
    /// - Parameters:
    ///   - form: The form.
    ///   - source: The matrix.
    ///   - part: The part of it.
    ///   - readers: The rows of the product that reads the part, or of the one of several threads' products.
    func pack(_ form: OperandForm, of source: PanelMatrix, _ part: MatrixPart, readers: Range<Int>) {
        switch form {
        case .numbers: break
        case .lists: list(source, columns: part.columns, rows: part.rows)
        case .pairs, .listedPairs:
            let pairs = pairMatrix(of: source, readers: readers)
            kernels.pairColumns(source, to: pairs, rows: part.rows, columns: part.columns)
            guard form == .listedPairs else { return }
            let places = part.columns.lowerBound / 2..<(part.columns.upperBound + 1) / 2
            list(pairs, columns: places, rows: part.rows)
        }
    }

    private func list(_ source: PanelMatrix, columns: Range<Int>, rows: Range<Int>) {
        _ = kernels.sparseRows(source, to: lists(width: source.width), rows: rows, columns: columns)
    }

    /// Returns the lists as a matrix of the given number of columns.
    func lists(width: Int) -> SparseMatrix { lists!.matrix(width: width) }

    /// Returns the number of multiply-adds that a product takes for each column of its result, for a profile. It counts
    /// the entries of lists.
    func multiplyAdds(_ form: OperandForm, of source: PanelMatrix, rows: Range<Int>) -> Int {
        switch form {
        case .numbers, .pairs: rows.count * source.width
        case .lists: lists(width: source.width).entryCount(rows)
        case .listedPairs: 2 * lists(width: (source.width + 1) / 2).entryCount(rows)
        }
    }

    /// Returns the pairs of a matrix in the rows of one product. Rows are counted as in the whole matrix.
    ///
    /// With the rows of all threads in each panel, 256 of 512 rows of 1024 pairs would use half of a second-level cache's
    /// sets. On Sapphire Rapids the product with 2048 columns would take 1.6 times as long.
    private func pairMatrix(of source: PanelMatrix, readers: Range<Int>) -> PanelMatrix {
        let room = pairs![0]
        let width = kernels.panelWidth
        let roomOfRow = (room.width + width - 1) / width * width
        return PanelMatrix(
            base: room.base + readers.lowerBound * (roomOfRow - width), panelStride: readers.count * width,
            width: (source.width + 1) / 2)
    }
}

extension SparseMatrix {
    /// Returns the number of entries of some rows.
    fileprivate func entryCount(_ rows: Range<Int>) -> Int {
        (0..<(width + blockWidth - 1) / blockWidth).reduce(0) { sum, block in
            rows.reduce(sum) { $0 + segments[block * self.rows + $1].count }
        }
    }
}
