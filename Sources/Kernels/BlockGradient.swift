import KernelTypes

/// Computes a block of a weight gradient in the order of `KernelPrecision.bf16Tiles`. The blocks of that order are 16 pairs
/// of rows each, counted from the shard's first row.
func blockGradient(_ arguments: GradientArguments) {
    let delta = UnsafePointer(
        arguments.delta.base + arguments.panel * arguments.delta.panelStride
            + arguments.rows.lowerBound * panelWidth)
    let inputs = arguments.inputs
    var walk = PrefetchWalk(arguments.prefetch, parts: inputs.count / LargestBlockTile.rows)
    var input = inputs.lowerBound
    while input < inputs.upperBound {
        let column = UnsafePointer(
            arguments.input.base + input / panelWidth * arguments.input.panelStride
                + arguments.rows.lowerBound * panelWidth + input % panelWidth)
        let elements = arguments.block + (input - inputs.lowerBound) * panelWidth
        let left = min(inputs.upperBound, (input / panelWidth + 1) * panelWidth) - input
        if left >= LargestBlockTile.rows {
            walk.advance()
            blockGradientTile(LargestBlockTile.self, column, delta, rows: arguments.rows.count, elements)
            input += LargestBlockTile.rows
        } else if left >= 2 {
            blockGradientTile(BlockRows2.self, column, delta, rows: arguments.rows.count, elements)
            input += 2
        } else {
            blockGradientTile(BlockRow.self, column, delta, rows: arguments.rows.count, elements)
            input += 1
        }
    }
}

/// Computes the gradient of `T.rows` inputs, whose first row is at `column`, over `rows` pairs of rows of `delta`.
@inline(never)
func blockGradientTile<T: BlockTile>(
    _: T.Type, _ column: UnsafePointer<Float>, _ delta: UnsafePointer<Float>, rows: Int,
    _ elements: UnsafeMutablePointer<Float>
) {
    startElements(elements, rows: T.rows, stride: panelWidth, from: nil)
    for first in stride(from: 0, to: rows, by: pairsPerBlock) {
        var tile = T()
        tile.add(
            min(pairsPerBlock, rows - first), column + first * panelWidth, next: panelWidth, stride: 1,
            times: delta + first * panelWidth)
        tile.finish(into: elements, stride: panelWidth)
    }
}
