import CIntrinsics
import KernelTypes

extension Kernels {
    /// Returns the number of panels of sums to keep in registers next if `left` are left: the sums of eight vectors
    /// hide the latency of the multiply-adds.
    @inline(__always) public static func panelsAtOnce(_ left: Int) -> Int { left == 5 ? 3 : min(left, 4) }
}

/// `output[r, j] = act(initial[j] + Σₖ input[r, k] · weights[k, j])` over the k where the input is not zero.
///
/// The chains are those of `denseProduct` without the links that change nothing: fma(0, w, sum) is sum. For each entry
/// of a row, its row of weights times the entry is added to some panels of sums in registers. Cache blocking: the
/// weights of `blockWidth` inputs and those panels stay in first-level cache while all rows pass over them.
@inline(__always)
func sparseProduct<F: Factors>(_: F.Type, _ arguments: ProductArguments, _ input: SparseMatrix) {
    let panels = panelCount(arguments.output.width)
    var panel = 0
    while panel < panels {
        let count = Kernels.panelsAtOnce(panels - panel)
        switch count {
        case 4: sparseGroup(Rows4<F>.self, arguments, input, firstPanel: panel)
        case 3: sparseGroup(Rows3<F>.self, arguments, input, firstPanel: panel)
        case 2: sparseGroup(Rows2<F>.self, arguments, input, firstPanel: panel)
        default: sparseGroup(Row<F>.self, arguments, input, firstPanel: panel)
        }
        panel += count
    }
}

/// Computes `T.rows` panels of the output for all rows.
@inline(never)
func sparseGroup<T: Tile>(_: T.Type, _ arguments: ProductArguments, _ input: SparseMatrix, firstPanel: Int) {
    if arguments.rows.count == 1 { return sparseRowGroup(T.self, arguments, input, firstPanel: firstPanel) }
    let stride = arguments.weightPanelStride
    let weights = arguments.weights + firstPanel * stride
    let outputStride = arguments.output.panelStride
    let output = arguments.output.base + firstPanel * outputStride
    let blocks = max(1, (input.width + input.blockWidth - 1) / input.blockWidth)
    let lines = input.blockWidth * bytesOfRow / 64
    let rowCount = max(1, arguments.rows.count)
    let linesPerRow = (lines + rowCount - 1) / rowCount
    var walk = PrefetchWalk(arguments.prefetch, parts: rowCount * blocks)
    for block in 0..<blocks {
        let segments = input.segments + block * input.rows
        let rowsOfWeights = UnsafeRawPointer(weights + block * input.blockWidth * panelWidth)
        // The next block's weights: each row prefetches a part of them.
        var ahead = rowsOfWeights + input.blockWidth * bytesOfRow
        let aheadEnd = ahead + input.blockWidth * bytesOfRow
        for row in arguments.rows {
            walk.advance()
            let segment = segments[row]
            let target = output + row * panelWidth
            prefetchPanels(target + panelWidth, T.rows, outputStride)
            let partEnd = min(ahead + linesPerRow * 64, aheadEnd)
            while ahead < partEnd {
                for panel in 0..<T.rows { ft_prefetch_second_level(ahead + panel * stride * 4) }
                ahead += 64
            }
            var tile: T
            if block > 0 {
                tile = T(loading: target, stride: outputStride)
            } else if let initial = arguments.initial {
                tile = T(loading: initial + firstPanel * panelWidth, stride: panelWidth)
            } else {
                tile = T(repeating: .zero, .zero)
            }
            var value = UnsafePointer(input.values + segment.begin)
            var offset = UnsafeRawPointer(input.offsets + segment.begin)
            let end = value + segment.count
            while value < end {
                let four = offset.load(as: UInt64.self)
                for place in 0..<4 {
                    let row = rowsOfWeights + Int(truncatingIfNeeded: four &>> (16 * UInt64(place)) & 0xffff)
                    tile.add(
                        Lanes(repeating: value[place]), times: row.assumingMemoryBound(to: Float.self), stride)
                }
                value += 4
                offset += 8
            }
            tile.store(to: target, stride: outputStride)
        }
    }
    for panel in firstPanel..<firstPanel + T.rows {
        let first = panel * outputStride + arguments.rows.lowerBound * panelWidth
        finish(
            arguments.output.base + first, arguments.epilogue, panelStride: outputStride, panel: panel,
            rows: arguments.rows)
    }
}

/// Prefetches one row of some panels of sums, which come from second-level cache.
@inline(__always)
private func prefetchPanels(_ first: UnsafePointer<Float>, _ panels: Int, _ stride: Int) {
    for panel in 0..<panels {
        for float in Swift.stride(from: 0, to: panelWidth, by: 16) { ft_prefetch(first + panel * stride + float) }
    }
}
