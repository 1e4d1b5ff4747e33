import KernelTypes
import Testing
import _TestSupport

@Suite struct GradientTests {
    @Test(arguments: KernelPrecision.allCases)
    func equalsTheReferenceToTheBit(precision: KernelPrecision) {
        var random = TestRandom(11)
        let shapes = [(1, 1, 1), (3, 2, 2), (8, 16, 16), (33, 32, 32), (50, 47, 33), (64, 130, 10), (7, 13, 65)]
        for kernels in supportedKernels() {
            for (rows, inputs, outputs) in shapes {
                for wild in [false, true] {
                    func draw(_ count: Int) -> [Float] { wild ? random.wildFloats(count) : random.floats(count) }
                    let (input, delta) = (draw(rows * inputs), draw(rows * outputs))
                    asInTraining(precision) {
                        check(
                            kernels, input, delta, rows: rows, over: 0..<rows, inputs: inputs, outputs: outputs,
                            precision)
                    }
                }
            }
        }
    }

    @Test func readsOnlyTheRowsOfItsShard() {
        var random = TestRandom(12)
        for kernels in supportedKernels() {
            for rows in [0..<0, 3..<3, 2..<9, 5..<20] {
                check(
                    kernels, random.floats(20 * 6), random.floats(20 * 4), rows: 20, over: rows, inputs: 6, outputs: 4)
            }
            for rows in [4..<4, 2..<9, 6..<21] {
                for precision in [KernelPrecision.bf16, .bf16Tiles] {
                    check(
                        kernels, random.floats(21 * 6), random.floats(21 * 4), rows: 21, over: rows, inputs: 6,
                        outputs: 4, precision)
                }
            }
        }
    }

    @Test func columnsAreSummed() {
        var random = TestRandom(13)
        for kernels in supportedKernels() {
            let width = kernels.panelWidth
            let values = random.floats(20 * 65)
            let matrix = Panels(values, rows: 20, panelWidth: width)
            for rows in [0..<0, 3..<3, 2..<9, 0..<20] {
                for panel in 0..<(65 + width - 1) / width {
                    let sums = Slice([Float](repeating: 7, count: width))
                    kernels.sumRows(matrix.matrix, panel: panel, rows: rows, into: sums.base)
                    for column in 0..<min(width, 65 - panel * width) {
                        let expected = rows.reduce(Float(0)) { $0 + values[$1 * 65 + panel * width + column] }
                        #expect(sums.values[column].bitPattern == expected.bitPattern)
                    }
                }
            }
            extendLifetime(matrix)
        }
    }

    /// Compares the gradient over the rows `over` with the reference.
    ///
    /// In bf16, `over` starts at an even row.
    private func check(
        _ kernels: KernelTable, _ input: [Float], _ delta: [Float], rows: Int, over: Range<Int>, inputs: Int,
        outputs: Int, _ precision: KernelPrecision = .f32
    ) {
        let width = kernels.panelWidth
        let isPaired = precision.isPaired
        // If the shard has an odd number of rows, the last one has no partner.
        let kept = isPaired ? over.upperBound : rows
        let source = Panels(
            rowsOf: Array(input[..<(kept * inputs)]), rows: kept, panelWidth: width, pairs: isPaired)
        let deltas = Panels(
            rowsOf: Array(delta[..<(kept * outputs)]), rows: kept, panelWidth: width, pairs: isPaired)
        // Prefetching changes no result, whatever the length of the stretches.
        let stretches = UnsafeMutablePointer<UnsafeRawBufferPointer>.allocate(capacity: 2)
        defer { stretches.deallocate() }
        stretches[0] = UnsafeRawBufferPointer(start: nil, count: 0)
        stretches[1] = UnsafeRawBufferPointer(start: deltas.matrix.base, count: 900)
        let expected = Reference.gradient(input, delta, rows: over, inputs: inputs, outputs: outputs, precision)
        let part = isPaired ? over.lowerBound / 2..<(kept + 1) / 2 : over
        for panel in 0..<(outputs + width - 1) / width {
            for first in stride(from: 0, to: inputs, by: width) {
                let end = min(inputs, first + 2 * width)
                let block = Slice([Float](repeating: 7, count: (end - first) * width))
                kernels.gradient(
                    GradientArguments(
                        precision: precision, input: source.matrix, delta: deltas.matrix, panel: panel,
                        inputs: first..<end, rows: part,
                        block: block.base, prefetch: Prefetch(stretches: stretches, count: 2)))
                let found = block.values
                for column in 0..<min(width, outputs - panel * width) {
                    let output = panel * width + column
                    for i in first..<end {
                        #expect(
                            found[(i - first) * width + column].bitPattern
                                == expected[i * outputs + output].bitPattern)
                    }
                }
            }
        }
        extendLifetime((source, deltas))
    }
}
