import KernelTypes

extension Kernels {
    /// Computes a block of a weight gradient from a sparse input.
    ///
    /// For each entry of a row, in row order, the row of `delta` times the entry is added to the entry's row of the
    /// block. The sums are in first-level cache rather than in registers, but no lists of columns are needed. This pays
    /// off where there are too few panels to make up for these lists.
    public static func outerProducts(_ arguments: OuterProductArguments) {
        switch arguments.precision {
        case .f32: sparseGradient(Floats.self, arguments)
        case .bf16: sparseGradient(Pairs.self, arguments)
        case .bf16Tiles: preconditionFailure("outer products have no order of tiles")
        }
    }
}

@inline(__always)
private func sparseGradient<F: Factors>(_: F.Type, _ arguments: OuterProductArguments) {
    switch arguments.panels.count {
    case 4: outerProducts(Rows4<F>.self, arguments)
    case 3: outerProducts(Rows3<F>.self, arguments)
    case 2: outerProducts(Rows2<F>.self, arguments)
    default: outerProducts(Row<F>.self, arguments)
    }
}

/// Computes the gradient of `T.rows` panels of outputs.
@inline(never)
func outerProducts<T: Tile>(_: T.Type, _ arguments: OuterProductArguments) {
    let input = arguments.input
    let stride = arguments.inputs.count * panelWidth
    let zeros = T(repeating: .zero, .zero)
    for row in 0..<stride / panelWidth { zeros.store(to: arguments.block + row * panelWidth, stride: stride) }
    var first = arguments.inputs.lowerBound
    while first < arguments.inputs.upperBound {
        let segments = input.segments + first / input.blockWidth * input.rows
        let block = UnsafeMutableRawPointer(arguments.block + (first - arguments.inputs.lowerBound) * panelWidth)
        var delta = arguments.delta.base + arguments.panels.lowerBound * arguments.delta.panelStride
        delta += arguments.rows.lowerBound * panelWidth
        for row in arguments.rows {
            let segment = segments[row]
            let values = T(loading: delta, stride: arguments.delta.panelStride)
            for place in segment.begin..<segment.begin &+ segment.count {
                let target = (block + Int(input.offsets[place])).assumingMemoryBound(to: Float.self)
                var sums = T(loading: target, stride: stride)
                sums.add(Lanes(repeating: input.values[place]), times: values)
                sums.store(to: target, stride: stride)
            }
            delta += panelWidth
        }
        first += input.blockWidth
    }
}
