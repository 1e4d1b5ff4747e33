import CIntrinsics
import KernelTypes

extension Kernels {
    /// Transposes a block of weights into the panels that backpropagation reads, 8 × 8 elements at a time.
    public static func transposeBlock(
        _ block: UnsafePointer<Float>, inputs: Int, outputs: Int, to destination: UnsafeMutablePointer<Float>,
        panelStride: Int
    ) {
        var source = block
        var destination = destination
        var left = inputs
        while left > 0 {
            let columns = min(left, panelWidth)
            let wholeColumns = columns & ~7
            let wholeOutputs = outputs & ~7
            for input in stride(from: 0, to: wholeColumns, by: 8) {
                for output in stride(from: 0, to: wholeOutputs, by: 8) {
                    ft_transpose8(
                        source + input * panelWidth + output, panelWidth, destination + output * panelWidth + input,
                        panelWidth)
                }
            }
            for output in 0..<outputs {
                for input in (output < wholeOutputs ? wholeColumns : 0)..<columns {
                    destination[output * panelWidth + input] = source[input * panelWidth + output]
                }
            }
            source += panelWidth * panelWidth
            destination += panelStride
            left -= columns
        }
    }

    /// Transposes a part of a matrix, 8 × 8 elements at a time.
    public static func transposeColumns(
        _ source: PanelMatrix, to destination: PanelMatrix, rows: Range<Int>, columns: Range<Int>
    ) {
        let height = rows.count
        let wholeHeight = height & ~7
        let paddedHeight = (height + pairsPerBlock - 1) / pairsPerBlock * pairsPerBlock
        for column in stride(from: columns.lowerBound, to: columns.upperBound, by: 8) {
            let count = min(8, columns.upperBound - column)
            let from = UnsafePointer(
                source.base + column / panelWidth * source.panelStride + rows.lowerBound * panelWidth
                    + column % panelWidth)
            let target = destination.base + (column - columns.lowerBound) * panelWidth
            let whole = count == 8 ? wholeHeight : 0
            for row in stride(from: 0, to: whole, by: 8) {
                ft_transpose8(
                    from + row * panelWidth, panelWidth,
                    target + row / panelWidth * destination.panelStride + row % panelWidth, panelWidth)
            }
            for row in whole..<paddedHeight {
                let place = target + row / panelWidth * destination.panelStride + row % panelWidth
                for index in 0..<count {
                    place[index * panelWidth] = row < height ? from[row * panelWidth + index] : 0
                }
            }
        }
    }

    /// Transposes a block of weights in pairs of outputs: eight inputs are rounded and paired on the stack, then
    /// written eight pairs at a time.
    public static func transposePairs(
        _ block: UnsafePointer<Float>, inputs: Int, outputs: Int, to destination: UnsafeMutablePointer<Float>,
        panelStride: Int
    ) {
        let pairCount = (outputs + 1) / 2
        var lanes = (Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero, Wide.zero)
        withUnsafeMutablePointer(to: &lanes) { lanes in
            let pairs = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
            for first in stride(from: 0, to: inputs, by: 8) {
                let target = destination + first / panelWidth * panelStride + first % panelWidth
                let rows = min(8, inputs - first)
                for row in 0..<rows {
                    let source = block + (first + row) * panelWidth
                    ft_pair_neighbours(source, source + panelWidth - 16, pairs + row * wideCount)
                }
                let wholePairs = rows == 8 ? pairCount & ~7 : 0
                for pair in stride(from: 0, to: wholePairs, by: 8) {
                    ft_transpose8(pairs + pair, wideCount, target + pair * panelWidth, panelWidth)
                }
                for pair in wholePairs..<pairCount {
                    for row in 0..<rows { target[pair * panelWidth + row] = pairs[row * wideCount + pair] }
                }
            }
        }
    }
}
