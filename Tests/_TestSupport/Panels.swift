import KernelTypes

/// A panel matrix with memory of its own, filled from and read back as rows.
///
/// As with `PackedWeights` and `Slice`, a test that hands out the pointers ends with `extendLifetime`: the optimizer may
/// free an object after its last mention.
public final class Panels {
    /// Rows that the matrix has.
    public let rows: Int
    /// What kernels take.
    public let matrix: PanelMatrix
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let panelWidth: Int

    /// Padding and spare rows hold `padding`, so that a test sees it when they leak into a result.
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

    /// [rows, width], row-major; in `pairs` of neighbours.
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
            }
            return
        }
        self.init(rows: rows, width: width, panelWidth: panelWidth)
        for row in 0..<rows {
            for column in 0..<matrix.width { self[row, column] = values[row * matrix.width + column] }
        }
    }

    /// [rows, width], row-major; in `pairs` of a row and the next.
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

    /// One element.
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

    /// [rows, width], row-major.
    public var values: [Float] {
        (0..<rows).flatMap { row in (0..<matrix.width).map { self[row, $0] } }
    }

    private func offset(_ row: Int, _ column: Int) -> Int {
        column / panelWidth * matrix.panelStride + row * panelWidth + column % panelWidth
    }
}

/// Weights of the forward product in panels of outputs, and where its chains start.
public final class PackedWeights {
    /// In panels of outputs.
    public let weights: UnsafeMutablePointer<Float>
    /// [panels * panelWidth], zeros at the end.
    public let initial: UnsafeMutablePointer<Float>
    /// Floats from one panel to the next.
    public let panelStride: Int
    private let memory: UnsafeMutableRawPointer

    /// `weights`: [inputs, outputs], row-major, in `pairs` of inputs; `initial`: [outputs].
    public init(_ weights: [Float], initial: [Float], inputs: Int, panelWidth: Int, pairs: Bool = false) {
        let outputs = initial.count
        let panels = (outputs + panelWidth - 1) / panelWidth
        let depth = pairs ? (inputs + 1) / 2 : inputs
        let count = panels * depth * panelWidth
        panelStride = depth * panelWidth
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

/// Aligned floats for kernels that work on flat slices.
public final class Slice {
    /// Aligned to 64 bytes.
    public let base: UnsafeMutablePointer<Float>
    /// Floats.
    public let count: Int
    private let memory: UnsafeMutableRawPointer

    /// A copy of `values`.
    public init(_ values: [Float]) {
        count = values.count
        memory = .allocate(byteCount: max(1, count) * 4, alignment: 64)
        base = memory.bindMemory(to: Float.self, capacity: max(1, count))
        base.initialize(from: values, count: count)
    }

    deinit { memory.deallocate() }

    /// A copy.
    public var values: [Float] {
        defer { extendLifetime(self) }
        return Array(UnsafeBufferPointer(start: base, count: count))
    }
}
