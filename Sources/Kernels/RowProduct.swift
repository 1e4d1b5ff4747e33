import CIntrinsics
import KernelTypes

// The products of a single row. A tile of one row and one panel has two chains of multiply-adds, and would wait for
// their latency. So some panels are computed at once, and each weight is read once, straight through memory: the speed
// is that of the cache that holds the weights. On Zen 3, 784-256-128-10 takes 13 µs with four panels at once, 15 with
// two, 16 with six; 784-1024-1024-10, whose weights come from third-level cache, 104, 113 and 128.

/// `denseProduct` for a single row.
@inline(__always)
func denseRow<F: Factors>(_: F.Type, _ arguments: ProductArguments, _ input: PanelMatrix) {
    let panels = panelCount(arguments.output.width)
    var panel = 0
    while panel < panels {
        let count = Kernels.panelsAtOnce(panels - panel)
        switch count {
        case 4: denseRowGroup(Rows4<F>.self, arguments, input, firstPanel: panel)
        case 3: denseRowGroup(Rows3<F>.self, arguments, input, firstPanel: panel)
        case 2: denseRowGroup(Rows2<F>.self, arguments, input, firstPanel: panel)
        default: denseRowGroup(Row<F>.self, arguments, input, firstPanel: panel)
        }
        panel += count
    }
}

/// Computes `T.rows` panels of the output of a single row. The tile's rows are the panels.
@inline(never)
func denseRowGroup<T: Tile>(_: T.Type, _ arguments: ProductArguments, _ input: PanelMatrix, firstPanel: Int) {
    let stride = arguments.weightPanelStride
    var weights = arguments.weights + firstPanel * stride
    var factors = UnsafePointer(input.base + arguments.rows.lowerBound * panelWidth)
    var tile = firstSums(T.self, arguments, firstPanel: firstPanel)
    var left = input.width
    while left >= panelWidth {
        for k in 0..<panelWidth {
            tile.add(Lanes(repeating: factors[k]), times: weights, stride)
            weights += panelWidth
        }
        factors += input.panelStride
        left -= panelWidth
    }
    for k in 0..<left {
        tile.add(Lanes(repeating: factors[k]), times: weights, stride)
        weights += panelWidth
    }
    finishRow(tile, arguments, firstPanel: firstPanel)
}

/// Computes `T.rows` panels of the output of a single row from the entries of its lists.
///
/// The hardware's prefetchers lose their way where entries are missing, so each row of weights is prefetched eight
/// entries ahead. On Zen 3, one row of which 19% are not zero: 784-256-128-10 takes 5.2 µs instead of 5.7,
/// 784-1024-1024-10 73 instead of 84.
@inline(never)
func sparseRowGroup<T: Tile>(_: T.Type, _ arguments: ProductArguments, _ input: SparseMatrix, firstPanel: Int) {
    let stride = arguments.weightPanelStride
    let weights = arguments.weights + firstPanel * stride
    var tile = firstSums(T.self, arguments, firstPanel: firstPanel)
    for block in 0..<max(1, (input.width + input.blockWidth - 1) / input.blockWidth) {
        let segment = input.segments[block * input.rows + arguments.rows.lowerBound]
        let rowsOfWeights = UnsafeRawPointer(weights + block * input.blockWidth * panelWidth)
        var value = UnsafePointer(input.values + segment.begin)
        var offset = UnsafeRawPointer(input.offsets + segment.begin)
        let end = value + segment.count
        while value < end {
            let four = offset.load(as: UInt64.self)
            if value + 8 < end {
                let ahead = (offset + 16).load(as: UInt64.self)
                for place in 0..<4 {
                    let row = rowsOfWeights + Int(truncatingIfNeeded: ahead &>> (16 * UInt64(place)) & 0xffff)
                    for panel in 0..<T.rows { prefetchRow(row + panel * stride * 4) }
                }
            }
            for place in 0..<4 {
                let row = rowsOfWeights + Int(truncatingIfNeeded: four &>> (16 * UInt64(place)) & 0xffff)
                tile.add(Lanes(repeating: value[place]), times: row.assumingMemoryBound(to: Float.self), stride)
            }
            value += 4
            offset += 8
        }
    }
    finishRow(tile, arguments, firstPanel: firstPanel)
}

/// Prefetches one row of a panel of weights.
@inline(__always) private func prefetchRow(_ row: UnsafeRawPointer) {
    for byte in stride(from: 0, to: bytesOfRow, by: 64) { ft_prefetch(row + byte) }
}

/// Returns the start values of some panels of sums.
@inline(__always)
private func firstSums<T: Tile>(_: T.Type, _ arguments: ProductArguments, firstPanel: Int) -> T {
    guard let initial = arguments.initial else { return T(repeating: .zero, .zero) }
    return T(loading: initial + firstPanel * panelWidth, stride: panelWidth)
}

/// Stores some panels of sums of a single row and applies the epilogue.
@inline(__always)
private func finishRow<T: Tile>(_ tile: T, _ arguments: ProductArguments, firstPanel: Int) {
    let row = arguments.rows.lowerBound
    let stride = arguments.output.panelStride
    let output = arguments.output.base + firstPanel * stride + row * panelWidth
    tile.store(to: output, stride: stride)
    if stride == panelWidth && arguments.epilogue.dropout == nil {
        // The panels of a matrix with one row follow one another, as the rows of one panel do.
        return finish(
            output, arguments.epilogue, panelStride: stride, panel: firstPanel,
            rows: Range(uncheckedBounds: (row, row &+ T.rows)))
    }
    for panel in 0..<T.rows {
        finish(
            output + panel * stride, arguments.epilogue, panelStride: stride, panel: firstPanel + panel,
            rows: arguments.rows)
    }
}
