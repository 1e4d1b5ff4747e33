import KernelTypes

/// The number of pairs in a block of `KernelPrecision.bf16Tiles`. It divides every panel width and every block of lists.
@inline(__always) var pairsPerBlock: Int { 16 }

/// The sums of one block of pairs in the order of `KernelPrecision.bf16Tiles`, for `rows` × `panelWidth` elements, in
/// registers.
///
/// An element has a chain of fused multiply-adds over the even places of the block and one over the odd places. Like
/// `Tile`, block tiles are built from pairs of smaller ones.
protocol BlockTile {
    /// The number of rows.
    static var rows: Int { get }

    /// Starts all chains from +0.
    init()
    /// Adds the outer product of `rows` scalars, `stride` floats apart, and a row of `panelWidth` values.
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times left: Lanes, _ right: Lanes)
    /// Adds the product of a scalar, repeated in all lanes, and `rows` rows of `panelWidth` values, `stride` floats
    /// apart.
    mutating func add(_ scalar: Lanes, times values: UnsafePointer<Float>, _ stride: Int)
    /// Ends the block: adds the two chains of each element, and their sum to the element. The elements are `rows` rows
    /// of `panelWidth` floats, `stride` floats apart.
    func finish(into elements: UnsafeMutablePointer<Float>, stride: Int)
}

extension BlockTile {
    /// Adds outer products in order. Each takes the scalars `next` floats further on, and the next row of values.
    @inline(__always)
    mutating func add(
        _ count: Int, _ scalars: UnsafePointer<Float>, next: Int, stride: Int, times values: UnsafePointer<Float>
    ) {
        var (scalars, values) = (scalars, values)
        for _ in 0..<count {
            add(scalars, stride: stride, times: load(values), load(values + laneCount))
            scalars += next
            values += panelWidth
        }
    }
}

/// A block tile of one row.
struct BlockRow: BlockTile {
    private var even = Row<LowerHalves>(repeating: .zero, .zero)
    private var odd = Row<UpperHalves>(repeating: .zero, .zero)

    @inline(__always) static var rows: Int { 1 }

    @inline(__always) init() {}

    @inline(__always)
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times left: Lanes, _ right: Lanes) {
        even.add(scalars, stride: stride, times: left, right)
        odd.add(scalars, stride: stride, times: left, right)
    }

    @inline(__always) mutating func add(_ scalar: Lanes, times values: UnsafePointer<Float>, _ stride: Int) {
        even.add(scalar, times: values, stride)
        odd.add(scalar, times: values, stride)
    }

    @inline(__always) func finish(into elements: UnsafeMutablePointer<Float>, stride: Int) {
        KernelStore.store(load(elements) + (even.left + odd.left), to: elements)
        KernelStore.store(load(elements + laneCount) + (even.right + odd.right), to: elements + laneCount)
    }
}

/// A block tile made of two block tiles, one above the other.
struct BlockStack<Top: BlockTile, Bottom: BlockTile>: BlockTile {
    private var top = Top()
    private var bottom = Bottom()

    @inline(__always) static var rows: Int { Top.rows + Bottom.rows }

    @inline(__always) init() {}

    @inline(__always)
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times left: Lanes, _ right: Lanes) {
        top.add(scalars, stride: stride, times: left, right)
        bottom.add(scalars + Top.rows * stride, stride: stride, times: left, right)
    }

    @inline(__always) mutating func add(_ scalar: Lanes, times values: UnsafePointer<Float>, _ stride: Int) {
        top.add(scalar, times: values, stride)
        bottom.add(scalar, times: values + Top.rows * stride, stride)
    }

    @inline(__always) func finish(into elements: UnsafeMutablePointer<Float>, stride: Int) {
        top.finish(into: elements, stride: stride)
        bottom.finish(into: elements + Top.rows * stride, stride: stride)
    }
}

typealias BlockRows2 = BlockStack<BlockRow, BlockRow>
typealias BlockRows3 = BlockStack<BlockRows2, BlockRow>
typealias BlockRows4 = BlockStack<BlockRows2, BlockRows2>

/// Starts `rows` rows of elements, `stride` floats apart, from the same `panelWidth` values, or from +0.
@inline(__always)
func startElements(
    _ elements: UnsafeMutablePointer<Float>, rows: Int, stride: Int, from initial: UnsafePointer<Float>?
) {
    let left = initial.map { load($0) } ?? .zero
    let right = initial.map { load($0 + laneCount) } ?? .zero
    for row in 0..<rows {
        KernelStore.store(left, to: elements + row * stride)
        KernelStore.store(right, to: elements + row * stride + laneCount)
    }
}
