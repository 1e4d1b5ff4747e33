import KernelTypes

extension Kernels {
    /// Computes a block of a weight gradient. In f32 and bf16, each element is one chain over the rows, completed in
    /// registers.
    public static func gradient(_ arguments: GradientArguments) {
        switch arguments.precision {
        case .f32: denseGradient(Floats.self, arguments)
        case .bf16: denseGradient(Pairs.self, arguments)
        case .bf16Tiles: blockGradient(arguments)
        }
    }

    /// Sums the columns of a panel over the rows of one shard.
    public static func sumRows(
        _ matrix: PanelMatrix, panel: Int, rows: Range<Int>, into sums: UnsafeMutablePointer<Float>
    ) {
        var left = Lanes.zero
        var right = Lanes.zero
        var row = UnsafePointer(matrix.base + panel * matrix.panelStride + rows.lowerBound * panelWidth)
        for _ in rows {
            left += load(row)
            right += load(row + laneCount)
            row += panelWidth
        }
        KernelStore.store(left, to: sums)
        KernelStore.store(right, to: sums + laneCount)
    }
}

@inline(__always)
private func denseGradient<F: Factors>(_: F.Type, _ arguments: GradientArguments) {
    let rows = arguments.rows
    let end = arguments.inputs.upperBound
    var input = arguments.inputs.lowerBound
    var block = arguments.block
    let delta = UnsafePointer(
        arguments.delta.base + arguments.panel * arguments.delta.panelStride + rows.lowerBound * panelWidth)
    var walk = PrefetchWalk(arguments.prefetch, parts: (end - input) / GradientTile<F>.rows)
    while input < end {
        let panelEnd = min(input + panelWidth, end)
        let column = UnsafePointer(
            arguments.input.base + (input / panelWidth) * arguments.input.panelStride + rows.lowerBound * panelWidth)
        gradientStrip(
            F.self, column, delta: delta, rows: rows.count, inputs: panelEnd - input, block: block, walk: &walk)
        block += (panelEnd - input) * panelWidth
        input = panelEnd
    }
}

/// Computes the gradient of up to `panelWidth` inputs: full tiles first, then smaller tiles for the remaining inputs.
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

/// Computes the gradient of `T.rows` inputs, whose first row is at `column`, over `rows` rows of `delta`.
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
