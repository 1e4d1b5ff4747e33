import CIntrinsics
import KernelTypes

extension Kernels {
    /// Lists the nonzero entries of a part of a dense matrix by rows.
    public static func sparseRows(
        _ source: PanelMatrix, to lists: SparseMatrix, rows: Range<Int>, columns: Range<Int>
    ) -> Int {
        forEachSegment(lists, rows: rows, columns: columns) { row, columns, list in
            var panel = UnsafePointer(
                source.base + columns.lowerBound / panelWidth * source.panelStride + row * panelWidth)
            var left = columns.count
            while left > 0 {
                list.append(panel, count: min(left, panelWidth))
                panel += source.panelStride
                left -= panelWidth
            }
        }
    }

    /// Gathers rows of a data set of bytes, scaled, into lists of nonzero entries.
    public static func gatherSparseBytes(
        _ source: UnsafePointer<UInt8>, scale: Float, indices: UnsafePointer<Int32>, to lists: SparseMatrix,
        rows: Range<Int>
    ) -> Int {
        forEachSegment(lists, rows: rows, columns: 0..<lists.width) { row, columns, list in
            if columns.lowerBound == 0 {
                prefetchAhead(source, indices, row: row, end: rows.upperBound, width: lists.width)
            }
            list.append(
                source + Int(indices[row]) * lists.width + columns.lowerBound, scale: scale, count: columns.count)
        }
    }

    /// Gathers rows of a data set of floats into lists of nonzero entries.
    public static func gatherSparseFloats(
        _ source: UnsafePointer<Float>, indices: UnsafePointer<Int32>, to lists: SparseMatrix, rows: Range<Int>
    ) -> Int {
        forEachSegment(lists, rows: rows, columns: 0..<lists.width) { row, columns, list in
            if columns.lowerBound == 0 {
                prefetchAhead(source, indices, row: row, end: rows.upperBound, width: lists.width)
            }
            list.append(source + Int(indices[row]) * lists.width + columns.lowerBound, count: columns.count)
        }
    }
}

/// The list of a row's entries in one block, while it is written.
private struct ListWriter {
    let lists: SparseMatrix
    /// The place of the next entry.
    var place: Int
    /// The byte offset of the next number; see `SparseMatrix.offsets`.
    var offset: UInt16 = 0

    /// Appends the nonzero entries among `count` numbers.
    @inline(__always) mutating func append(_ source: UnsafePointer<Float>, count: Int) {
        var index = 0
        while index + keptAtOnce <= count {
            place += ft_keep_floats(
                source + index, lists.values + place, lists.offsets + place, offset, UInt16(bytesOfRow))
            offset &+= UInt16(truncatingIfNeeded: keptAtOnce * bytesOfRow)
            index += keptAtOnce
        }
        while index < count {
            append(source[index])
            index += 1
        }
    }

    /// Appends the nonzero entries among `count` bytes, each multiplied by `scale`.
    @inline(__always) mutating func append(_ source: UnsafePointer<UInt8>, scale: Float, count: Int) {
        var index = 0
        while index + keptAtOnce <= count {
            place += ft_keep_bytes(
                source + index, scale, lists.values + place, lists.offsets + place, offset, UInt16(bytesOfRow))
            offset &+= UInt16(truncatingIfNeeded: keptAtOnce * bytesOfRow)
            index += keptAtOnce
        }
        while index < count {
            append(Float(source[index]) * scale)
            index += 1
        }
    }

    @inline(__always) private mutating func append(_ value: Float) {
        lists.values[place] = value
        lists.offsets[place] = offset
        place += isZero(value) ? 0 : 1
        offset &+= UInt16(truncatingIfNeeded: bytesOfRow)
    }
}

/// Calls `body` for each row of each block with the row, the columns of the block, and a writer for the row's list.
///
/// - Returns: The number of entries written.
@inline(__always)
private func forEachSegment(
    _ lists: SparseMatrix, rows: Range<Int>, columns all: Range<Int>,
    _ body: (Int, Range<Int>, inout ListWriter) -> Void
) -> Int {
    var first = all.lowerBound
    var segments = lists.segments + first / lists.blockWidth * lists.rows
    var total = 0
    while first < all.upperBound {
        let columns = first..<min(first + lists.blockWidth, all.upperBound)
        let block = first / lists.blockWidth
        var list = ListWriter(lists: lists, place: (block * lists.rows + rows.lowerBound) * lists.roomOfRow)
        for row in rows {
            let begin = list.place
            list.offset = 0
            body(row, columns, &list)
            segments[row] = SparseSegment(begin: begin, count: list.place - begin)
            total &+= list.place - begin
            fillUp(lists, list.place)
            list.place = (list.place + 3) & ~3
        }
        first += lists.blockWidth
        segments += lists.rows
    }
    return total
}

/// Writes zeros after the last entry, at least up to a multiple of 4.
@inline(__always) func fillUp(_ lists: SparseMatrix, _ place: Int) {
    for zero in place..<place + 3 {
        lists.values[zero] = 0
        lists.offsets[zero] = 0
    }
}

/// Returns whether a number is zero, or both numbers of a pair of bfloat16 numbers.
@inline(__always) func isZero(_ value: Float) -> Bool { value.bitPattern & UInt32(FT_NOT_ZERO) == 0 }

/// The number of values that are examined together. The width of a block is a multiple of it.
@inline(__always) var keptAtOnce: Int { Int(FT_KEPT_AT_ONCE) }

/// The size of a panel's row in bytes.
@inline(__always) var bytesOfRow: Int { 4 * panelWidth }
