import CIntrinsics
import KernelTypes

extension Kernels {
    /// Applies dropout to a range of rows in place, panel by panel.
    public static func dropout(_ matrix: PanelMatrix, rows: Range<Int>, _ dropout: Dropout) {
        for panel in 0..<panelCount(matrix.width) {
            drop(
                matrix.base + panel * matrix.panelStride + rows.lowerBound * panelWidth, dropout, panel: panel,
                rows: rows, dropped: 0)
        }
    }
}

/// Applies dropout to a range of rows of a panel.
///
/// - Parameters:
///   - values: The first of the rows.
///   - panel: The index of the panel within its matrix, which determines the units.
///   - rows: The rows within the matrix, which determine the random numbers.
///   - dropped: The value of a dropped element.
@inline(never)
func drop(
    _ values: UnsafeMutablePointer<Float>, _ dropout: Dropout, panel: Int, rows: Range<Int>, dropped: Float
) {
    for lane in stride(from: 0, to: panelWidth, by: 16) {
        let unit = dropout.firstUnit &+ UInt32(truncatingIfNeeded: panel * panelWidth + lane)
        var row = rows.lowerBound
        while row < rows.upperBound {
            // Four rows share a block of random numbers.
            let begin = row & 3
            let end = min(4, begin + rows.upperBound - row)
            ft_dropout16(
                values + (row - begin - rows.lowerBound) * panelWidth + lane, panelWidth, begin, end, unit,
                dropout.layer &+ UInt32(truncatingIfNeeded: row >> 2), dropout.step, dropout.purpose, dropout.key,
                dropout.threshold, dropout.scale, dropped)
            row += end - begin
        }
    }
}
