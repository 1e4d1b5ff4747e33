import KernelTypes

/// A panel matrix that owns its memory, and is filled from rows and read back as rows.
///
/// A test that passes its pointers to a kernel ends with `extendLifetime`, because the optimizer may free an object
/// after its last mention. The same holds for `PackedWeights` and `Slice`.
public final class Panels {
    /// The number of rows.
    public let rows: Int
    /// The matrix as kernels take it.
    public let matrix: PanelMatrix
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let panelWidth: Int

    /// Creates a matrix. Padding and spare rows hold `padding`, so that a test notices when they leak into a result.
    public init(rows: Int, width: Int, panelWidth: Int, padding: Float = 7) {
        self.rows = rows
        self.panelWidth = panelWidth
        let stride = (rows + 1) * panelWidth
        count = (width + panelWidth - 1) / panelWidth * stride
        memory = .allocate(byteCount: max(1, count) * 4, alignment: 64)
        let base = memory.bindMemory(to: Float.self, capacity: max(1, count))
        base.initialize(repeating: padding, count: count)
        matrix = PanelMatrix(base: base, panelStride: stride, width: width)
    }

    /// Creates a matrix from values [rows, width], row-major. With `pairs`, neighbours in a row form pairs, and zeros follow
    /// them up to a whole panel.
    public convenience init(_ values: [Float], rows: Int, panelWidth: Int, pairs: Bool = false) {
        let width = values.count / rows
        if pairs {
            self.init(rows: rows, width: (width + 1) / 2, panelWidth: panelWidth)
            for row in 0..<rows {
                for column in stride(from: 0, to: width, by: 2) {
                    let place = row * width + column
                    self[row, column / 2] = Float(
                        bitPattern: Reference.pair(values[place], column + 1 < width ? values[place + 1] : 0))
                }
                for column in matrix.width..<(matrix.width + panelWidth - 1) / panelWidth * panelWidth {
                    self[row, column] = 0
                }
            }
            return
        }
        self.init(rows: rows, width: width, panelWidth: panelWidth)
        for row in 0..<rows {
            for column in 0..<matrix.width { self[row, column] = values[row * matrix.width + column] }
        }
    }

    /// Creates a matrix from values [rows, width], row-major. With `pairs`, each row forms pairs with the next.
    public convenience init(rowsOf values: [Float], rows: Int, panelWidth: Int, pairs: Bool) {
        guard pairs else {
            self.init(values, rows: rows, panelWidth: panelWidth)
            return
        }
        let width = values.count / rows
        self.init(rows: (rows + 1) / 2, width: width, panelWidth: panelWidth)
        for pair in 0..<self.rows {
            for column in 0..<width {
                let first = 2 * pair * width + column
                self[pair, column] = Float(
                    bitPattern: Reference.pair(values[first], 2 * pair + 1 < rows ? values[first + width] : 0))
            }
        }
    }

    deinit { memory.deallocate() }

    /// The element of a row and a column.
    public subscript(row: Int, column: Int) -> Float {
        get {
            defer { extendLifetime(self) }
            return matrix.base[offset(row, column)]
        }
        set {
            matrix.base[offset(row, column)] = newValue
            extendLifetime(self)
        }
    }

    /// The elements [rows, width], row-major.
    public var values: [Float] {
        (0..<rows).flatMap { row in (0..<matrix.width).map { self[row, $0] } }
    }

    private func offset(_ row: Int, _ column: Int) -> Int {
        column / panelWidth * matrix.panelStride + row * panelWidth + column % panelWidth
    }
}

/// The weights of a forward product in panels of outputs, and the initial values of its chains.
public final class PackedWeights {
    /// The weights, in panels of outputs.
    public let weights: UnsafeMutablePointer<Float>
    /// The initial values [panels * panelWidth], with zeros at the end.
    public let initial: UnsafeMutablePointer<Float>
    /// The number of floats from one panel to the next.
    public let panelStride: Int
    private let memory: UnsafeMutableRawPointer

    /// Creates packed weights.
    ///
    /// - Parameters:
    ///   - weights: The weights [inputs, outputs], row-major.
    ///   - initial: The initial values [outputs].
    ///   - inputs: The number of inputs.
    ///   - panelWidth: The number of columns of a panel.
    ///   - pairs: Whether neighbouring inputs form pairs, with zeros after them up to a multiple of 16 pairs.
    public init(_ weights: [Float], initial: [Float], inputs: Int, panelWidth: Int, pairs: Bool = false) {
        let outputs = initial.count
        let panels = (outputs + panelWidth - 1) / panelWidth
        let depth = pairs ? (inputs + 1) / 2 : inputs
        panelStride = (pairs ? (depth + 15) / 16 * 16 : depth) * panelWidth
        let count = panels * panelStride
        memory = .allocate(byteCount: (count + panels * panelWidth) * 4, alignment: 64)
        let base = memory.bindMemory(to: Float.self, capacity: count + panels * panelWidth)
        base.initialize(repeating: 0, count: count + panels * panelWidth)
        self.weights = base
        self.initial = base + count
        for output in 0..<outputs {
            self.initial[output] = initial[output]
            for k in 0..<depth {
                let first = weights[(pairs ? 2 * k : k) * outputs + output]
                let second = pairs && 2 * k + 1 < inputs ? weights[(2 * k + 1) * outputs + output] : 0
                base[output / panelWidth * panelStride + k * panelWidth + output % panelWidth] =
                    pairs ? Float(bitPattern: Reference.pair(first, second)) : first
            }
        }
    }

    deinit { memory.deallocate() }
}

/// An aligned array of floats, for kernels that work on flat slices.
public final class Slice {
    /// The first float, aligned to 64 bytes.
    public let base: UnsafeMutablePointer<Float>
    /// The number of floats.
    public let count: Int
    private let memory: UnsafeMutableRawPointer

    /// Creates a slice with a copy of `values`.
    public init(_ values: [Float]) {
        count = values.count
        memory = .allocate(byteCount: max(1, count) * 4, alignment: 64)
        base = memory.bindMemory(to: Float.self, capacity: max(1, count))
        base.initialize(from: values, count: count)
    }

    deinit { memory.deallocate() }

    /// A copy of the floats.
    public var values: [Float] {
        defer { extendLifetime(self) }
        return Array(UnsafeBufferPointer(start: base, count: count))
    }
}
