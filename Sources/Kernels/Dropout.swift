import CIntrinsics
import KernelTypes

/// Dropout of some rows of a matrix, in place.
public func dropout(_ matrix: PanelMatrix, firstRow: Int, endRow: Int, _ dropout: Dropout) {
    for panel in 0..<(matrix.width + panelWidth - 1) / panelWidth {
        drop(
            matrix.base + panel * matrix.panelStride + firstRow * panelWidth, dropout, panel: panel, firstRow: firstRow,
            rows: endRow - firstRow, dropped: 0)
    }
}

/// Dropout of some rows of a panel, the first of which lies at `values`; what is dropped becomes `dropped`.
@inline(never)
func drop(
    _ values: UnsafeMutablePointer<Float>, _ dropout: Dropout, panel: Int, firstRow: Int, rows: Int, dropped: Float
) {
    for lane in stride(from: 0, to: panelWidth, by: 16) {
        let unit = dropout.firstUnit &+ UInt32(truncatingIfNeeded: panel * panelWidth + lane)
        var row = firstRow
        while row < firstRow + rows {
            let begin = row & 3
            let end = min(4, begin + firstRow + rows - row)
            ft_dropout16(
                values + (row - begin - firstRow) * panelWidth + lane, panelWidth, begin, end, unit,
                dropout.layer &+ UInt32(truncatingIfNeeded: row >> 2), dropout.step, dropout.purpose, dropout.key,
                dropout.threshold, dropout.scale, dropped)
            row += end - begin
        }
    }
}
