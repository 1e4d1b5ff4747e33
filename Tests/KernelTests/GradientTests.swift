import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@Suite struct GradientTests {
    @Test func equalsTheReferenceToTheBit() {
        var random = TestRandom(11)
        let shapes = [(1, 1, 1), (3, 2, 2), (8, 16, 16), (33, 32, 32), (50, 47, 33), (64, 130, 10), (7, 13, 65)]
        for kernels in supportedKernels() {
            for (rows, inputs, outputs) in shapes {
                for wild in [false, true] {
                    func draw(_ count: Int) -> [Float] { wild ? random.wildFloats(count) : random.floats(count) }
                    check(
                        kernels, draw(rows * inputs), draw(rows * outputs), rows: rows, over: 0..<rows, inputs: inputs,
                        outputs: outputs)
                }
            }
        }
    }

    @Test func takesOnlyTheRowsOfItsShard() {
        var random = TestRandom(12)
        for kernels in supportedKernels() {
            for rows in [0..<0, 3..<3, 2..<9, 5..<20] {
                check(
                    kernels, random.floats(20 * 6), random.floats(20 * 4), rows: 20, over: rows, inputs: 6, outputs: 4)
            }
        }
    }

    private func check(
        _ kernels: KernelTable, _ input: [Float], _ delta: [Float], rows: Int, over: Range<Int>, inputs: Int,
        outputs: Int
    ) {
        let width = kernels.panelWidth
        let source = Panels(input, rows: rows, panelWidth: width)
        let deltas = Panels(delta, rows: rows, panelWidth: width)
        defer { extendLifetime((source, deltas)) }
        let expected = Reference.gradient(input, delta, rows: over, inputs: inputs, outputs: outputs)
        for panel in 0..<(outputs + width - 1) / width {
            for first in stride(from: 0, to: inputs, by: width) {
                let end = min(inputs, first + 2 * width)
                let block = Slice([Float](repeating: 7, count: (end - first) * width))
                let bias = Slice([Float](repeating: 7, count: width))
                defer { extendLifetime((block, bias)) }
                kernels.gradient(
                    GradientArguments(
                        input: source.matrix, delta: deltas.matrix, panel: panel, firstInput: first, endInput: end,
                        firstRow: over.lowerBound, endRow: over.upperBound, block: block.base, biasBlock: bias.base))
                for column in 0..<min(width, outputs - panel * width) {
                    let output = panel * width + column
                    for i in first..<end {
                        #expect(
                            block.base[(i - first) * width + column].bitPattern
                                == expected[i * outputs + output].bitPattern)
                    }
                    let sum = over.reduce(Float(0)) { $0 + delta[$1 * outputs + output] }
                    #expect(bias.base[column].bitPattern == sum.bitPattern)
                }
            }
        }
    }
}
