import CIntrinsics
import KernelTypes

/// Rows of a data set become rows of a minibatch: `destination[firstRow + r] = source[indices[r]] · scale`.
///
/// The loops are scalar on purpose: the compiler makes them vectors, while the standard library's conversions of SIMD
/// types are generic code, which the linker would share between instruction sets.
public func gatherBytes(
    _ source: UnsafePointer<UInt8>, scale: Float, indices: UnsafePointer<Int32>, to destination: PanelMatrix,
    firstRow: Int, endRow: Int
) {
    forEachPanelRow(destination, of: source, indices, firstRow: firstRow, endRow: endRow) {
        row, column, count, target in
        let bytes = source + Int(indices[row]) * destination.width + column
        if count == panelWidth {
            for lane in 0..<panelWidth { target[lane] = Float(bytes[lane]) * scale }
        } else {
            for lane in 0..<count { target[lane] = Float(bytes[lane]) * scale }
        }
    }
}

/// As `gatherBytes`, for features that are floats already.
public func gatherFloats(
    _ source: UnsafePointer<Float>, indices: UnsafePointer<Int32>, to destination: PanelMatrix, firstRow: Int,
    endRow: Int
) {
    forEachPanelRow(destination, of: source, indices, firstRow: firstRow, endRow: endRow) {
        row, column, count, target in
        let values = source + Int(indices[row]) * destination.width + column
        if count == panelWidth {
            for lane in 0..<panelWidth { target[lane] = values[lane] }
        } else {
            for lane in 0..<count { target[lane] = values[lane] }
        }
    }
}

/// Calls `body` with each row of each panel: row, first column, columns that hold data, where they lie.
///
/// The rows of a shuffled minibatch lie anywhere in the data, out of reach of the hardware's prefetchers, so each row
/// is asked for some rows ahead of its use.
@inline(__always)
private func forEachPanelRow<Element>(
    _ matrix: PanelMatrix, of source: UnsafePointer<Element>, _ indices: UnsafePointer<Int32>, firstRow: Int,
    endRow: Int, _ body: (Int, Int, Int, UnsafeMutablePointer<Float>) -> Void
) {
    for row in firstRow..<endRow {
        prefetchAhead(source, indices, row, endRow, matrix.width)
        var target = matrix.base + row * panelWidth
        var column = 0
        while column < matrix.width {
            body(row, column, min(panelWidth, matrix.width - column), target)
            target += matrix.panelStride
            column += panelWidth
        }
    }
}

/// Rows. Eight rows of MNIST are 104 cache lines: more than the core can have under way, far less than its cache. On
/// Zen 3, `mnist-small` and `mnist-medium` gained about 8% by it in a quiet pair of runs.
@inline(__always) private var prefetchDistance: Int { 8 }

/// Asks for a row of the data some rows ahead: its first 1 KiB; of the rest the hardware sees that it comes in order.
@inline(__always)
func prefetchAhead<Element>(
    _ source: UnsafePointer<Element>, _ indices: UnsafePointer<Int32>, _ row: Int, _ endRow: Int, _ width: Int
) {
    guard row + prefetchDistance < endRow else { return }
    let row = UnsafeRawPointer(source + Int(indices[row + prefetchDistance]) * width)
    let bytes = min(width * MemoryLayout<Element>.stride, 1024)
    for byte in stride(from: 0, to: bytes, by: 64) { ft_prefetch(row + byte) }
}

/// Writes a block of weights, [inputs, panelWidth], transposed into the panels that backpropagation reads:
/// `destination[(i / panelWidth) * stride + o * panelWidth + i % panelWidth] = block[i, o]`, o in 0 ..< outputs.
///
/// `inputs` beyond a multiple of `panelWidth` are the last of the layer.
public func transposeBlock(
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
