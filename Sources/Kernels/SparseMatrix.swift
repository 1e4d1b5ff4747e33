import CIntrinsics
import KernelTypes

/// Rows of some columns of panels become lists of what is not zero. Returns how many numbers that is.
///
/// Here and below a number may be a pair of bfloat16 numbers, which is zero when both are.
///
/// `firstColumn` is the first of a block, and so is `endColumn`, or the width.
public func sparseRows(
    _ source: PanelMatrix, to lists: SparseMatrix, firstColumn: Int, endColumn: Int, firstRow: Int, endRow: Int
) -> Int {
    forEachSegment(lists, firstColumn..<endColumn, firstRow: firstRow, endRow: endRow) { row, columns, list in
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

/// As `gatherBytes`, into lists.
public func gatherSparseBytes(
    _ source: UnsafePointer<UInt8>, scale: Float, indices: UnsafePointer<Int32>, to lists: SparseMatrix, firstRow: Int,
    endRow: Int
) -> Int {
    forEachSegment(lists, 0..<lists.width, firstRow: firstRow, endRow: endRow) { row, columns, list in
        if columns.lowerBound == 0 { prefetchAhead(source, indices, row, endRow, lists.width) }
        list.append(
            source + Int(indices[row]) * lists.width + columns.lowerBound, scale: scale, count: columns.count)
    }
}

/// As `gatherFloats`, into lists.
public func gatherSparseFloats(
    _ source: UnsafePointer<Float>, indices: UnsafePointer<Int32>, to lists: SparseMatrix, firstRow: Int, endRow: Int
) -> Int {
    forEachSegment(lists, 0..<lists.width, firstRow: firstRow, endRow: endRow) { row, columns, list in
        if columns.lowerBound == 0 { prefetchAhead(source, indices, row, endRow, lists.width) }
        list.append(source + Int(indices[row]) * lists.width + columns.lowerBound, count: columns.count)
    }
}

/// Some columns of a matrix as the rows of another, [columns, rows of a shard]: what a weight gradient walks along.
///
/// Row c of `lists` is column `firstColumn + c`, its column r row `firstRow + r`. Both in rising order.
public func sparseColumns(
    _ source: SparseMatrix, firstColumn: Int, endColumn: Int, firstRow: Int, endRow: Int, to lists: SparseMatrix
) {
    let columns = endColumn - firstColumn
    let firstBlock = firstColumn / source.blockWidth
    let endBlock = (endColumn + source.blockWidth - 1) / source.blockWidth
    var segments = lists.segments
    var place = 0
    var row = firstRow
    repeat {
        // While a segment is written its `count` is the place of the next number.
        for column in 0..<columns {
            segments[column] = SparseSegment(begin: place, count: place)
            place += lists.roomOfRow
        }
        let end = min(row + lists.blockWidth, endRow)
        var offset: UInt16 = 0
        while row < end {
            for block in firstBlock..<endBlock {
                let segment = source.segments[block * source.rows + row]
                let shift = block * source.blockWidth - firstColumn
                for index in segment.begin..<segment.begin + segment.count {
                    let column = Int(source.offsets[index]) / bytesOfRow &+ shift
                    guard UInt(bitPattern: column) < UInt(bitPattern: columns) else { continue }
                    let place = segments[column].count
                    lists.values[place] = source.values[index]
                    lists.offsets[place] = offset
                    segments[column].count = place &+ 1
                }
            }
            offset &+= UInt16(truncatingIfNeeded: bytesOfRow)
            row += 1
        }
        close(segments, count: columns, lists)
        segments += lists.rows
    } while row < endRow
}

/// As `sparseColumns`, from panels: eight columns of eight rows at a time. Row `firstList + c` of `lists` is column
/// `firstColumn + c`.
public func panelColumns(
    _ source: PanelMatrix, firstColumn: Int, endColumn: Int, firstRow: Int, endRow: Int, to lists: SparseMatrix,
    firstList: Int
) {
    for first in stride(from: firstColumn, to: endColumn, by: 8) {
        let columns = min(8, endColumn - first)
        let panel = UnsafePointer(
            source.base + first / panelWidth * source.panelStride + firstRow * panelWidth + first % panelWidth)
        listColumns(panel, columns: columns, rows: endRow - firstRow, first: firstList + first - firstColumn, lists)
    }
}

/// Up to eight columns of a panel become rows `first...` of `lists`.
@inline(__always)
private func listColumns(
    _ source: UnsafePointer<Float>, columns: Int, rows: Int, first: Int, _ lists: SparseMatrix
) {
    var lanes = (Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero)
    withUnsafeMutablePointer(to: &lanes) { lanes in
        let lane = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
        var start = 0
        var segments = lists.segments + first
        repeat {
            let end = min(start + lists.blockWidth, rows)
            for column in 0..<columns {
                let place = (start / lists.blockWidth * lists.rows + first + column) * lists.roomOfRow
                segments[column] = SparseSegment(begin: place, count: place)
            }
            var row = start
            var offset: UInt16 = 0
            while row + keptAtOnce <= end {
                for part in stride(from: 0, to: keptAtOnce, by: 8) {
                    ft_transpose8(source + (row + part) * panelWidth, panelWidth, lane + part, keptAtOnce)
                }
                for column in 0..<columns {
                    let place = segments[column].count
                    segments[column].count += ft_keep_floats(
                        lane + column * keptAtOnce, lists.values + place, lists.offsets + place, offset,
                        UInt16(bytesOfRow))
                }
                offset &+= UInt16(truncatingIfNeeded: keptAtOnce * bytesOfRow)
                row += keptAtOnce
            }
            while row < end {
                for column in 0..<columns {
                    let value = source[row * panelWidth + column]
                    let place = segments[column].count
                    lists.values[place] = value
                    lists.offsets[place] = offset
                    segments[column].count = place &+ (isZero(value) ? 0 : 1)
                }
                offset &+= UInt16(truncatingIfNeeded: bytesOfRow)
                row += 1
            }
            close(segments, count: columns, lists)
            segments += lists.rows
            start = end
        } while start < rows
    }
}

/// Of a number, or a pair of bfloat16 numbers.
@inline(__always) private func isZero(_ value: Float) -> Bool { value.bitPattern & UInt32(FT_NOT_ZERO) == 0 }

/// Numbers that are looked at together; a block of columns is a multiple.
@inline(__always) private var keptAtOnce: Int { Int(FT_KEPT_AT_ONCE) }

/// Bytes of a panel's row.
@inline(__always) var bytesOfRow: Int { 4 * panelWidth }

/// Ends segments whose `count` was the place of the next number while they were written.
@inline(__always)
private func close(_ segments: UnsafeMutablePointer<SparseSegment>, count: Int, _ lists: SparseMatrix) {
    for segment in 0..<count {
        fillUp(lists, segments[segment].count)
        segments[segment].count -= segments[segment].begin
    }
}

/// Zeros after the last number, at least up to a multiple of 4.
@inline(__always) private func fillUp(_ lists: SparseMatrix, _ place: Int) {
    for zero in place..<place + 3 {
        lists.values[zero] = 0
        lists.offsets[zero] = 0
    }
}

/// A segment while it is written.
private struct ListWriter {
    let lists: SparseMatrix
    var place: Int
    var offset: UInt16 = 0

    /// Appends what is not zero of `count` numbers.
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

    /// Appends what is not zero of `count` bytes, times `scale`.
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

/// Calls `body` with each row, the columns of each block and where to put what is not zero. Returns how much that was.
@inline(__always)
private func forEachSegment(
    _ lists: SparseMatrix, _ all: Range<Int>, firstRow: Int, endRow: Int,
    _ body: (Int, Range<Int>, inout ListWriter) -> Void
) -> Int {
    var first = all.lowerBound
    var segments = lists.segments + first / lists.blockWidth * lists.rows
    var total = 0
    while first < all.upperBound {
        let columns = first..<min(first + lists.blockWidth, all.upperBound)
        let block = first / lists.blockWidth
        var list = ListWriter(lists: lists, place: (block * lists.rows + firstRow) * lists.roomOfRow)
        for row in firstRow..<endRow {
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
