import KernelTypes

/// A block of a weight gradient over the rows of one shard; see `GradientArguments`.
///
/// Each element is one chain over the rows in rising order, finished in registers.
public func gradient(_ arguments: GradientArguments) {
    switch arguments.precision {
    case .f32: gradient(Floats.self, arguments)
    case .bf16: gradient(Pairs.self, arguments)
    }
}

@inline(__always)
private func gradient<F: Factors>(_: F.Type, _ arguments: GradientArguments) {
    var input = arguments.firstInput
    var block = arguments.block
    let delta = UnsafePointer(
        arguments.delta.base + arguments.panel * arguments.delta.panelStride + arguments.firstRow * panelWidth)
    var walk = PrefetchWalk(arguments.prefetch, parts: (arguments.endInput - input) / GradientTile<F>.rows)
    while input < arguments.endInput {
        let panelEnd = min(input + panelWidth, arguments.endInput)
        let column = UnsafePointer(
            arguments.input.base + (input / panelWidth) * arguments.input.panelStride + arguments.firstRow * panelWidth)
        gradientStrip(
            F.self, column, delta: delta, rows: arguments.endRow - arguments.firstRow, inputs: panelEnd - input,
            block: block, walk: &walk)
        block += (panelEnd - input) * panelWidth
        input = panelEnd
    }
}

/// Up to `panelWidth` inputs: full tiles, then what is left in tiles half as high.
@inline(__always)
private func gradientStrip<F: Factors>(
    _: F.Type, _ column: UnsafePointer<Float>, delta: UnsafePointer<Float>, rows: Int, inputs: Int,
    block: UnsafeMutablePointer<Float>, walk: inout PrefetchWalk
) {
    var input = 0
    while inputs - input >= GradientTile<F>.rows {
        walk.advance()
        gradientTile(GradientTile<F>.self, column + input, delta: delta, rows: rows, block: block + input * panelWidth)
        input += GradientTile<F>.rows
    }
    if GradientTile<F>.rows > 4 && inputs - input >= 4 {
        gradientTile(Rows4<F>.self, column + input, delta: delta, rows: rows, block: block + input * panelWidth)
        input += 4
    }
    if GradientTile<F>.rows > 2 && inputs - input >= 2 {
        gradientTile(Rows2<F>.self, column + input, delta: delta, rows: rows, block: block + input * panelWidth)
        input += 2
    }
    if inputs - input >= 1 {
        gradientTile(Row<F>.self, column + input, delta: delta, rows: rows, block: block + input * panelWidth)
    }
}

@inline(never)
func gradientTile<T: Tile>(
    _: T.Type, _ column: UnsafePointer<Float>, delta: UnsafePointer<Float>, rows: Int,
    block: UnsafeMutablePointer<Float>
) {
    var tile = T(repeating: .zero, .zero)
    var column = column
    var delta = delta
    for _ in 0..<rows / 4 {
        tile.addFour(column, next: panelWidth, stride: 1, times: delta)
        column += 4 * panelWidth
        delta += 4 * panelWidth
    }
    for _ in 0..<rows % 4 {
        tile.add(column, stride: 1, times: delta)
        column += panelWidth
        delta += panelWidth
    }
    tile.store(to: block, stride: panelWidth)
}

/// The sums of the columns of a panel over the rows of one shard: the gradient of biases.
///
/// `sums`: [panelWidth]; each is one chain over the rows in rising order.
public func sumRows(
    _ matrix: PanelMatrix, panel: Int, firstRow: Int, endRow: Int, into sums: UnsafeMutablePointer<Float>
) {
    var left = Lanes.zero
    var right = Lanes.zero
    var row = UnsafePointer(matrix.base + panel * matrix.panelStride + firstRow * panelWidth)
    for _ in firstRow..<endRow {
        left += load(row)
        right += load(row + laneCount)
        row += panelWidth
    }
    KernelStore.store(left, to: sums)
    KernelStore.store(right, to: sums + laneCount)
}
