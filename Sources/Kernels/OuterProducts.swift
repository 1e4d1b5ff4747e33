import CIntrinsics
import KernelTypes

/// A block of a weight gradient over the rows of one shard, where the input is sparse; see `OuterProductArguments`.
///
/// For each entry of a row, in row order, the row of `delta` times the entry is added to the entry's row of the block:
/// the same chains as `gradient`, less the links that change nothing. The sums lie in first-level cache rather than in
/// registers, but no list of the columns is needed: of use where there are few panels to make up for one.
public func outerProducts(_ arguments: OuterProductArguments) {
    switch arguments.precision {
    case .f32: outerProducts(factors: Floats.self, arguments)
    case .bf16: outerProducts(factors: Pairs.self, arguments)
    }
}

@inline(__always)
private func outerProducts<F: Factors>(factors: F.Type, _ arguments: OuterProductArguments) {
    switch arguments.panels {
    case 4: outerProducts(Rows4<F>.self, arguments)
    case 3: outerProducts(Rows3<F>.self, arguments)
    case 2: outerProducts(Rows2<F>.self, arguments)
    default: outerProducts(Row<F>.self, arguments)
    }
}

@inline(never)
func outerProducts<T: Tile>(_: T.Type, _ arguments: OuterProductArguments) {
    let input = arguments.input
    let stride = (arguments.endInput - arguments.firstInput) * panelWidth
    let zeros = T(repeating: .zero, .zero)
    for row in 0..<stride / panelWidth { zeros.store(to: arguments.block + row * panelWidth, stride: stride) }
    var first = arguments.firstInput
    while first < arguments.endInput {
        let segments = input.segments + first / input.blockWidth * input.rows
        let block = UnsafeMutableRawPointer(arguments.block + (first - arguments.firstInput) * panelWidth)
        var delta = arguments.delta.base + arguments.firstPanel * arguments.delta.panelStride
        delta += arguments.firstRow * panelWidth
        for row in arguments.firstRow..<arguments.endRow {
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
