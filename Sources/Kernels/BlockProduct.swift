import CIntrinsics
import KernelTypes

// Products in the order of `KernelPrecision.bf16Tiles`, by fused multiply-adds. An element stays in memory, in
// first-level cache, and takes the sum of each block; the block's two chains are in registers.

/// The dense product. Cache blocking is that of `denseProduct`.
func blockProduct(_ arguments: ProductArguments, _ input: PanelMatrix) {
    if arguments.rows.count == 1 { return blockPanels(arguments) }
    let depth = input.width
    let panels = panelCount(arguments.output.width)
    var start = 0
    repeat {
        let end = min(start + depthBlock, depth)
        for panel in 0..<panels { blockSlice(arguments, input, panel: panel, from: start, to: end) }
        start = end
    } while start < depth
}

/// Computes all rows of one panel over a slice of the depth: full tiles first, then smaller tiles for the remaining
/// rows.
@inline(__always)
private func blockSlice(_ arguments: ProductArguments, _ input: PanelMatrix, panel: Int, from start: Int, to end: Int) {
    var row = arguments.rows.lowerBound
    let endRow = arguments.rows.upperBound
    while endRow - row >= LargestBlockTile.rows {
        blockTile(LargestBlockTile.self, arguments, input, panel: panel, row: row, from: start, to: end)
        row += LargestBlockTile.rows
    }
    if LargestBlockTile.rows > 2 && endRow - row >= 2 {
        blockTile(BlockRows2.self, arguments, input, panel: panel, row: row, from: start, to: end)
        row += 2
    }
    if endRow - row >= 1 {
        blockTile(BlockRow.self, arguments, input, panel: panel, row: row, from: start, to: end)
    }
}

/// Computes one tile over `start..<end` of the depth, where `start` is a multiple of `panelWidth`.
@inline(never)
func blockTile<T: BlockTile>(
    _: T.Type, _ arguments: ProductArguments, _ input: PanelMatrix, panel: Int, row: Int, from start: Int, to end: Int
) {
    let elements = arguments.output.base + panel * arguments.output.panelStride + row * panelWidth
    if start == 0 {
        startElements(
            elements, rows: T.rows, stride: panelWidth, from: arguments.initial.map { $0 + panel * panelWidth })
    }
    let weights = arguments.weights + panel * arguments.weightPanelStride
    for first in stride(from: start, to: end, by: pairsPerBlock) {
        var tile = T()
        let factors = UnsafePointer(
            input.base + first / panelWidth * input.panelStride + row * panelWidth + first % panelWidth)
        tile.add(
            min(pairsPerBlock, end - first), factors, next: 1, stride: panelWidth,
            times: weights + first * panelWidth)
        tile.finish(into: elements, stride: panelWidth)
    }
    guard end == input.width else { return }
    finish(
        elements, arguments.epilogue, panelStride: arguments.output.panelStride, panel: panel,
        rows: Range(uncheckedBounds: (row, row &+ T.rows)))
}

// MARK: - Some panels at once

/// Computes the output of a single row, or of an input in lists, as many panels at a time as have their chains in
/// registers; compare `denseRow` and `sparseProduct`.
func blockPanels(_ arguments: ProductArguments) {
    let panels = panelCount(arguments.output.width)
    var panel = 0
    while panel < panels {
        let count = min(panels - panel, LargestBlockTile.rows)
        switch count {
        case 4: blockGroup(BlockRows4.self, arguments, firstPanel: panel)
        case 3: blockGroup(BlockRows3.self, arguments, firstPanel: panel)
        case 2: blockGroup(BlockRows2.self, arguments, firstPanel: panel)
        default: blockGroup(BlockRow.self, arguments, firstPanel: panel)
        }
        panel += count
    }
}

/// Computes `T.rows` panels of the output.
@inline(__always)
private func blockGroup<T: BlockTile>(_: T.Type, _ arguments: ProductArguments, firstPanel: Int) {
    switch arguments.input {
    case .panels(let input): blockRowGroup(T.self, arguments, input, firstPanel: firstPanel)
    case .lists(let input): sparseBlockGroup(T.self, arguments, input, firstPanel: firstPanel)
    }
}

/// Computes `T.rows` panels of the output of a single row.
@inline(never)
func blockRowGroup<T: BlockTile>(_: T.Type, _ arguments: ProductArguments, _ input: PanelMatrix, firstPanel: Int) {
    let row = arguments.rows.lowerBound
    let elements = startRow(T.rows, arguments, row: row, firstPanel: firstPanel)
    let stride = arguments.weightPanelStride
    var weights = arguments.weights + firstPanel * stride
    for first in Swift.stride(from: 0, to: input.width, by: pairsPerBlock) {
        var tile = T()
        let factors = input.base + first / panelWidth * input.panelStride + row * panelWidth + first % panelWidth
        for place in 0..<min(pairsPerBlock, input.width - first) {
            tile.add(Lanes(repeating: factors[place]), times: weights, stride)
            weights += panelWidth
        }
        tile.finish(into: elements, stride: arguments.output.panelStride)
    }
    finishPanels(T.rows, arguments, firstPanel: firstPanel)
}

/// Computes `T.rows` panels of the output of an input in lists for all rows; compare `sparseGroup`.
///
/// Pairs of zeros are left out, and with them whole blocks: fma(0, w, sum) is sum and element + 0 is element, except for
/// infinite weights and the sign of a zero.
@inline(never)
func sparseBlockGroup<T: BlockTile>(_: T.Type, _ arguments: ProductArguments, _ input: SparseMatrix, firstPanel: Int) {
    let stride = arguments.weightPanelStride
    let weights = arguments.weights + firstPanel * stride
    let lists = max(1, (input.width + input.blockWidth - 1) / input.blockWidth)
    let bytesOfBlock = pairsPerBlock * bytesOfRow
    var walk = PrefetchWalk(firstPanel == 0 ? arguments.prefetch : Prefetch(), parts: arguments.rows.count * lists)
    for list in 0..<lists {
        let segments = input.segments + list * input.rows
        let rowsOfWeights = UnsafeRawPointer(weights + list * input.blockWidth * panelWidth)
        for row in arguments.rows {
            walk.advance()
            let elements =
                list == 0
                ? startRow(T.rows, arguments, row: row, firstPanel: firstPanel)
                : elements(arguments, row: row, panel: firstPanel)
            var value = UnsafePointer(input.values + segments[row].begin)
            var offset = UnsafePointer(input.offsets + segments[row].begin)
            let end = value + segments[row].count
            while value < end {
                let blockEnd = (Int(offset.pointee) / bytesOfBlock &+ 1) &* bytesOfBlock
                var tile = T()
                repeat {
                    let row = rowsOfWeights + Int(offset.pointee)
                    tile.add(Lanes(repeating: value.pointee), times: row.assumingMemoryBound(to: Float.self), stride)
                    value += 1
                    offset += 1
                } while value < end && Int(offset.pointee) < blockEnd
                tile.finish(into: elements, stride: arguments.output.panelStride)
            }
        }
    }
    finishPanels(T.rows, arguments, firstPanel: firstPanel)
}

/// Returns the first element of a row in a panel of the output.
@inline(__always)
private func elements(_ arguments: ProductArguments, row: Int, panel: Int) -> UnsafeMutablePointer<Float> {
    arguments.output.base + panel * arguments.output.panelStride + row * panelWidth
}

/// Starts the elements of a row in some panels of the output, and returns the first of them.
@inline(__always)
private func startRow(
    _ panels: Int, _ arguments: ProductArguments, row: Int, firstPanel: Int
) -> UnsafeMutablePointer<Float> {
    for panel in firstPanel..<firstPanel + panels {
        startElements(
            elements(arguments, row: row, panel: panel), rows: 1, stride: panelWidth,
            from: arguments.initial.map { $0 + panel * panelWidth })
    }
    return elements(arguments, row: row, panel: firstPanel)
}

/// Applies the epilogue to the rows of some panels.
@inline(__always)
private func finishPanels(_ panels: Int, _ arguments: ProductArguments, firstPanel: Int) {
    for panel in firstPanel..<firstPanel + panels {
        finish(
            elements(arguments, row: arguments.rows.lowerBound, panel: panel), arguments.epilogue,
            panelStride: arguments.output.panelStride, panel: panel, rows: arguments.rows)
    }
}
