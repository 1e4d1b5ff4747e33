import CIntrinsics
import KernelTypes

extension Kernels {
    /// Transposes a part of a sparse matrix: each entry is appended to the list of its column, row by row.
    public static func sparseColumns(
        _ source: SparseMatrix, to lists: SparseMatrix, rows: Range<Int>, columns: Range<Int>
    ) {
        let firstColumn = columns.lowerBound
        let columnCount = columns.upperBound - firstColumn
        let firstBlock = firstColumn / source.blockWidth
        let endBlock = (columns.upperBound + source.blockWidth - 1) / source.blockWidth
        let (values, offsets) = (lists.values, lists.offsets)
        var segments = lists.segments
        var place = 0
        var row = rows.lowerBound
        repeat {
            // While a segment is written, its `count` is the place of the next entry.
            for column in 0..<columnCount {
                segments[column] = SparseSegment(begin: place, count: place)
                place += lists.roomOfRow
            }
            let end = min(row + lists.blockWidth, rows.upperBound)
            var offset: UInt16 = 0
            while row < end {
                for block in firstBlock..<endBlock {
                    let segment = source.segments[block * source.rows + row]
                    let shift = block * source.blockWidth - firstColumn
                    for index in segment.begin..<segment.begin + segment.count {
                        let column = Int(source.offsets[index]) / bytesOfRow &+ shift
                        guard UInt(bitPattern: column) < UInt(bitPattern: columnCount) else { continue }
                        let place = segments[column].count
                        values[place] = source.values[index]
                        offsets[place] = offset
                        segments[column].count = place &+ 1
                    }
                }
                offset &+= UInt16(truncatingIfNeeded: bytesOfRow)
                row += 1
            }
            close(segments, count: columnCount, lists)
            segments += lists.rows
        } while row < rows.upperBound
    }

    /// Lists the nonzero entries of a part of a dense matrix by columns, eight columns of eight rows at a time.
    public static func panelColumns(
        _ source: PanelMatrix, to lists: SparseMatrix, rows: Range<Int>, columns: Range<Int>, firstList: Int
    ) {
        for first in stride(from: columns.lowerBound, to: columns.upperBound, by: 8) {
            let count = min(8, columns.upperBound - first)
            let panel = UnsafePointer(
                source.base + first / panelWidth * source.panelStride + rows.lowerBound * panelWidth
                    + first % panelWidth)
            listColumns(
                panel, columns: count, rows: rows.count, first: firstList + first - columns.lowerBound, lists)
        }
    }
}

/// Writes up to eight columns of a panel to the rows of `lists` from `first` on.
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

/// Ends segments whose `count` was the place of the next entry while they were written.
@inline(__always)
private func close(_ segments: UnsafeMutablePointer<SparseSegment>, count: Int, _ lists: SparseMatrix) {
    for segment in 0..<count {
        fillUp(lists, segments[segment].count)
        segments[segment].count -= segments[segment].begin
    }
}
