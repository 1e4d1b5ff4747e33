import KernelTypes
import Testing
import _TestSupport

/// Compares sparse matrices, and the products that read them, with the dense reference.
@Suite struct SparseTests {
    static let densities = [0, 0.19, 0.5, 1]
    /// Shapes with every kind of remainder: of panels, of blocks of columns, and of values that are examined together.
    static let shapes: [(rows: Int, width: Int)] = [
        (1, 1), (3, 15), (5, 17), (4, 64), (9, 65), (7, 130), (66, 100), (1, 300),
    ]

    // MARK: - Lists

    @Test(arguments: densities)
    func rowsHoldNonzeroEntries(density: Double) {
        var random = TestRandom(11)
        for kernels in supportedKernels() {
            for (rows, width) in SparseTests.shapes {
                let values = random.sparseFloats(rows * width, density: density)
                let source = Panels(values, rows: rows, panelWidth: kernels.panelWidth)
                let lists = Lists(rows: rows, width: width, panelWidth: kernels.panelWidth)
                let count = kernels.sparseRows(
                    source.matrix, to: lists.matrix, rows: 0..<rows, columns: 0..<source.matrix.width)
                extendLifetime(source)
                #expect(count == values.count { $0 != 0 })
                expect(lists, hold: values, "\(kernels.instructionSet) \(rows)×\(width)")
            }
        }
    }

    @Test(arguments: densities)
    func gatheredRowsEqualThoseOfTheDenseGather(density: Double) {
        var random = TestRandom(12)
        for kernels in supportedKernels() {
            for (rows, width) in SparseTests.shapes {
                let floats = random.sparseFloats(2 * rows * width, density: density)
                let bytes = floats.map { $0 == 0 ? UInt8(0) : UInt8(1 + abs($0) * 254) }
                let indices = (0..<rows).map { _ in Int32(random.next() % UInt64(2 * rows)) }
                let places = indices.flatMap { row in (0..<width).map { Int(row) * width + $0 } }
                let lists = Lists(rows: rows, width: width, panelWidth: kernels.panelWidth)
                _ = kernels.gatherSparseFloats(floats, indices: indices, to: lists.matrix, rows: 0..<rows)
                expect(lists, hold: places.map { floats[$0] }, "\(kernels.instructionSet) \(rows)×\(width)")
                let scaled = Lists(rows: rows, width: width, blockWidth: 256, panelWidth: kernels.panelWidth)
                let count = kernels.gatherSparseBytes(
                    bytes, scale: 1 / 255, indices: indices, to: scaled.matrix, rows: 0..<rows)
                #expect(count == places.count { bytes[$0] != 0 })
                expect(
                    scaled, hold: places.map { Float(bytes[$0]) * (1 / 255) },
                    "\(kernels.instructionSet) \(rows)×\(width)")
            }
        }
    }

    @Test(arguments: densities)
    func columnsEqualTheTransposedMatrix(density: Double) {
        var random = TestRandom(13)
        for kernels in supportedKernels() {
            for (rows, width) in SparseTests.shapes {
                let values = random.sparseFloats(rows * width, density: density)
                let source = Panels(values, rows: rows, panelWidth: kernels.panelWidth)
                let lists = Lists(rows: rows, width: width, panelWidth: kernels.panelWidth)
                _ = kernels.sparseRows(
                    source.matrix, to: lists.matrix, rows: 0..<rows, columns: 0..<source.matrix.width)
                for first in stride(from: 0, to: width, by: 2 * kernels.panelWidth) {
                    let columns = first..<min(first + 2 * kernels.panelWidth, width)
                    for part in [0..<rows, rows / 3..<rows, 0..<rows / 2] {
                        let expected = columns.flatMap { column in part.map { values[$0 * width + column] } }
                        func check(_ make: (SparseMatrix) -> Void) {
                            let found = Lists(rows: columns.count, width: part.count, panelWidth: kernels.panelWidth)
                            make(found.matrix)
                            expect(
                                found, hold: expected, "\(kernels.instructionSet) \(rows)×\(width) \(columns) \(part)")
                        }
                        check {
                            kernels.sparseColumns(lists.matrix, to: $0, rows: part, columns: columns)
                        }
                        check {
                            kernels.panelColumns(source.matrix, to: $0, rows: part, columns: columns, firstList: 0)
                        }
                    }
                }
                extendLifetime((source, lists))
            }
        }
    }

    // MARK: - Products

    @Test(arguments: densities, KernelPrecision.allCases)
    func productEqualsTheReferenceToTheBit(density: Double, precision: KernelPrecision) {
        var random = TestRandom(14)
        for kernels in supportedKernels() {
            for (rows, depth) in SparseTests.shapes {
                for outputs in [1, 16, 33, 70, 100, 129, 161] {
                    let input = random.sparseFloats(rows * depth, density: density)
                    let weights = random.floats(depth * outputs)
                    let initial = random.floats(outputs)
                    let sums = Reference.product(input, weights, initial: initial, rows: rows, depth: depth, precision)
                    let found = product(kernels, input, weights, initial, rows: rows, precision, .identity)
                    #expect(bits(found) == bits(sums), "\(kernels.instructionSet) \(rows)×\(depth)×\(outputs)")
                    let relu = product(kernels, input, weights, initial, rows: rows, precision, .relu)
                    #expect(bits(relu) == bits(sums.map { $0 < 0 ? -0.0 : $0 + 0 }))
                }
            }
        }
    }

    @Test func productTakesTheDerivativeAtTheOutputs() {
        var random = TestRandom(15)
        let (rows, depth, outputs) = (6, 70, 37)
        let delta = random.sparseFloats(rows * depth, density: 0.5)
        let weights = random.floats(depth * outputs)
        let zeros = [Float](repeating: 0, count: outputs)
        let sums = Reference.product(delta, weights, initial: zeros, rows: rows, depth: depth)
        let outputsOfRelu: [Float] = (0..<rows * outputs).map { [0, -0.0, 0.5, 2][$0 % 4] }
        for kernels in supportedKernels() {
            let at = Panels(outputsOfRelu, rows: rows, panelWidth: kernels.panelWidth)
            let found = product(kernels, delta, weights, zeros, rows: rows, .f32, .relu, derivativeAt: at)
            #expect(bits(found) == bits(zip(sums, outputsOfRelu).map { $1.sign == .minus ? 0 : $0 }))
        }
    }

    @Test(arguments: densities, [KernelPrecision.f32, .bf16])
    func outerProductsEqualTheReferenceToTheBit(density: Double, precision: KernelPrecision) {
        var random = TestRandom(16)
        for kernels in supportedKernels() {
            let width = kernels.panelWidth
            for (rows, inputs) in SparseTests.shapes {
                for panels in 1...4 {
                    let outputs = panels * width
                    let input = random.sparseFloats(rows * inputs, density: density)
                    let delta = random.floats(rows * outputs)
                    let isPaired = precision.isPaired
                    let source = Panels(rowsOf: input, rows: rows, panelWidth: width, pairs: isPaired)
                    let deltas = Panels(rowsOf: delta, rows: rows, panelWidth: width, pairs: isPaired)
                    let lists = Lists(rows: source.rows, width: inputs, panelWidth: width)
                    _ = kernels.sparseRows(
                        source.matrix, to: lists.matrix, rows: 0..<source.rows, columns: 0..<source.matrix.width)
                    let part = source.rows / 3..<source.rows
                    let expected = Reference.gradient(
                        input, delta, rows: isPaired ? 2 * part.lowerBound..<rows : part, inputs: inputs,
                        outputs: outputs, precision)
                    for first in stride(from: 0, to: inputs, by: 64) {
                        let end = min(first + 64, inputs)
                        let block = Slice([Float](repeating: 7, count: panels * (end - first) * width))
                        kernels.outerProducts(
                            OuterProductArguments(
                                precision: precision, input: lists.matrix, delta: deltas.matrix, panels: 0..<panels,
                                inputs: first..<end, rows: part, block: block.base))
                        let found = block.values
                        let same = (first..<end).allSatisfy { i in
                            (0..<outputs).allSatisfy { o in
                                found[(o / width * (end - first) + i - first) * width + o % width].bitPattern
                                    == expected[i * outputs + o].bitPattern
                            }
                        }
                        #expect(same, "\(kernels.instructionSet) \(rows)×\(inputs)×\(outputs)")
                    }
                    extendLifetime((source, deltas, lists))
                }
            }
        }
    }

    // MARK: - Helpers

    private func expect(_ lists: Lists, hold values: [Float], _ comment: Comment) {
        let width = lists.matrix.width
        for row in 0..<lists.matrix.rows {
            let expected = (0..<width).filter { values[row * width + $0] != 0 }
            let found = lists.entries(row: row)
            #expect(found.map(\.column) == expected, comment)
            #expect(bits(found.map(\.value)) == bits(expected.map { values[row * width + $0] }), comment)
            #expect(lists.padding(row: row).allSatisfy { $0 == 0 }, comment)
        }
    }

    private func product(
        _ kernels: KernelTable, _ input: [Float], _ weights: [Float], _ initial: [Float], rows: Int,
        _ precision: KernelPrecision, _ activation: KernelActivation, derivativeAt: Panels? = nil
    ) -> [Float] {
        let source = Panels(input, rows: rows, panelWidth: kernels.panelWidth, pairs: precision.isPaired)
        let lists = Lists(rows: rows, width: source.matrix.width, panelWidth: kernels.panelWidth)
        _ = kernels.sparseRows(source.matrix, to: lists.matrix, rows: 0..<rows, columns: 0..<source.matrix.width)
        let target = Panels(rows: rows, width: initial.count, panelWidth: kernels.panelWidth)
        let packed = PackedWeights(
            weights, initial: initial, inputs: weights.count / initial.count, panelWidth: kernels.panelWidth,
            pairs: precision.isPaired)
        defer { extendLifetime((source, lists, target, packed, derivativeAt)) }
        kernels.product(
            ProductArguments(
                precision: precision, input: .lists(lists.matrix), output: target.matrix, weights: packed.weights,
                weightPanelStride: packed.panelStride, initial: packed.initial, rows: 0..<rows,
                epilogue: Epilogue(
                    activation: activation, slope: 0,
                    derivativeAt: (derivativeAt?.matrix.base).map { UnsafePointer($0) })))
        return target.values
    }
}
