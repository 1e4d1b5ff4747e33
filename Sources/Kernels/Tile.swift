import KernelTypes

/// The format of a product's factors, and how they are multiplied.
protocol Factors {
    /// Adds one link to each lane's chain: `sum += left · right`.
    static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes)
}

/// Single-precision numbers as factors of a product.
enum Floats: Factors {
    @inline(__always) static func addProduct(_ left: Lanes, _ right: Lanes, to sum: inout Lanes) {
        sum.addProduct(left, right)
    }
}

/// A block of `rows` × `panelWidth` results that stays in registers while its sums are computed.
///
/// Tiles are built from pairs of smaller tiles, so that every vector is a separate variable. The compiler keeps
/// variables in registers, but not an array or a tuple that a loop indexes.
protocol Tile {
    /// The number of rows.
    static var rows: Int { get }

    /// Starts all rows from the same `panelWidth` values.
    init(repeating left: Lanes, _ right: Lanes)
    /// Loads `rows` rows of `panelWidth` values, `stride` floats apart.
    init(loading source: UnsafePointer<Float>, stride: Int)
    /// Adds the outer product of `rows` scalars, `stride` floats apart, and a row of `panelWidth` values.
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times left: Lanes, _ right: Lanes)
    /// Adds the product of a scalar, repeated in all lanes, and `rows` rows of `panelWidth` values, `stride` floats
    /// apart.
    mutating func add(_ scalar: Lanes, times values: UnsafePointer<Float>, _ stride: Int)
    /// Adds the product of a scalar, repeated in all lanes, and another tile.
    mutating func add(_ scalar: Lanes, times block: Self)
    /// Stores `rows` rows of `panelWidth` values, `stride` floats apart.
    func store(to destination: UnsafeMutablePointer<Float>, stride: Int)
}

extension Tile {
    /// Adds the outer product of `rows` scalars, `stride` floats apart, and the `panelWidth` values at `values`.
    @inline(__always)
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times values: UnsafePointer<Float>) {
        add(scalars, stride: stride, times: load(values), load(values + laneCount))
    }

    /// Adds four outer products in order. Each takes the scalars `next` floats further on, and the next row of values.
    ///
    /// They are written out because a core that shares its front end with a neighbour (SMT) is slowed down by every
    /// instruction other than a multiply-add, including the loop's own three.
    @inline(__always)
    mutating func addFour(
        _ scalars: UnsafePointer<Float>, next: Int, stride: Int, times values: UnsafePointer<Float>
    ) {
        add(scalars, stride: stride, times: values)
        add(scalars + next, stride: stride, times: values + panelWidth)
        add(scalars + 2 * next, stride: stride, times: values + 2 * panelWidth)
        add(scalars + 3 * next, stride: stride, times: values + 3 * panelWidth)
    }
}

/// A tile of one row.
struct Row<F: Factors>: Tile {
    var left: Lanes
    var right: Lanes

    @inline(__always) static var rows: Int { 1 }

    @inline(__always) init(repeating left: Lanes, _ right: Lanes) {
        self.left = left
        self.right = right
    }

    @inline(__always) init(loading source: UnsafePointer<Float>, stride: Int) {
        left = load(source)
        right = load(source + laneCount)
    }

    @inline(__always)
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times left: Lanes, _ right: Lanes) {
        let scalar = Lanes(repeating: scalars.pointee)
        F.addProduct(scalar, left, to: &self.left)
        F.addProduct(scalar, right, to: &self.right)
    }

    @inline(__always) mutating func add(_ scalar: Lanes, times values: UnsafePointer<Float>, _ stride: Int) {
        F.addProduct(scalar, load(values), to: &left)
        F.addProduct(scalar, load(values + laneCount), to: &right)
    }

    @inline(__always) mutating func add(_ scalar: Lanes, times block: Row) {
        F.addProduct(scalar, block.left, to: &left)
        F.addProduct(scalar, block.right, to: &right)
    }

    @inline(__always) func store(to destination: UnsafeMutablePointer<Float>, stride: Int) {
        KernelStore.store(left, to: destination)
        KernelStore.store(right, to: destination + laneCount)
    }
}

/// A tile made of two tiles, one above the other.
struct Stack<Top: Tile, Bottom: Tile>: Tile {
    var top: Top
    var bottom: Bottom

    @inline(__always) static var rows: Int { Top.rows + Bottom.rows }

    @inline(__always) init(repeating left: Lanes, _ right: Lanes) {
        top = Top(repeating: left, right)
        bottom = Bottom(repeating: left, right)
    }

    @inline(__always) init(loading source: UnsafePointer<Float>, stride: Int) {
        top = Top(loading: source, stride: stride)
        bottom = Bottom(loading: source + Top.rows * stride, stride: stride)
    }

    @inline(__always)
    mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times left: Lanes, _ right: Lanes) {
        top.add(scalars, stride: stride, times: left, right)
        bottom.add(scalars + Top.rows * stride, stride: stride, times: left, right)
    }

    @inline(__always) mutating func add(_ scalar: Lanes, times values: UnsafePointer<Float>, _ stride: Int) {
        top.add(scalar, times: values, stride)
        bottom.add(scalar, times: values + Top.rows * stride, stride)
    }

    @inline(__always) mutating func add(_ scalar: Lanes, times block: Stack) {
        top.add(scalar, times: block.top)
        bottom.add(scalar, times: block.bottom)
    }

    @inline(__always) func store(to destination: UnsafeMutablePointer<Float>, stride: Int) {
        top.store(to: destination, stride: stride)
        bottom.store(to: destination + Top.rows * stride, stride: stride)
    }
}

typealias Rows2<F: Factors> = Stack<Row<F>, Row<F>>
typealias Rows3<F: Factors> = Stack<Rows2<F>, Row<F>>
typealias Rows4<F: Factors> = Stack<Rows2<F>, Rows2<F>>
typealias Rows6<F: Factors> = Stack<Rows4<F>, Rows2<F>>
typealias Rows8<F: Factors> = Stack<Rows4<F>, Rows4<F>>

/// Loads the vector at `source`, which is aligned to the vector's size.
@inline(__always) func load(_ source: UnsafePointer<Float>) -> Lanes {
    readVector(source)
}

/// The store of a vector, in a namespace because `Tile` has a method of the same name.
enum KernelStore {
    /// Stores a vector at `destination`, which is aligned to the vector's size.
    @inline(__always) static func store(_ value: Lanes, to destination: UnsafeMutablePointer<Float>) {
        writeVector(value, to: destination)
    }
}

/// Loads a vector of any size from `source`, which is aligned to that size.
@inline(__always) func readVector<Vector: SIMD<Float>>(_ source: UnsafePointer<Float>) -> Vector {
    guard movesByLanes else { return UnsafeRawPointer(source).load(as: Vector.self) }
    var vector = Vector()
    for lane in 0..<Vector.scalarCount { vector[lane] = source[lane] }
    return vector
}

/// Stores a vector of any size at `destination`, which is aligned to that size.
@inline(__always) func writeVector<Vector: SIMD<Float>>(_ vector: Vector, to destination: UnsafeMutablePointer<Float>) {
    guard movesByLanes else {
        UnsafeMutableRawPointer(destination).storeBytes(of: vector, as: Vector.self)
        return
    }
    for lane in 0..<Vector.scalarCount { destination[lane] = vector[lane] }
}
