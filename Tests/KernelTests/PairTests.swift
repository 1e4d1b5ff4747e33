import KernelTypes
import Testing
import _TestSupport

/// Compares matrices of bfloat16 pairs with the reference, in the three layouts that products read.
@Suite struct PairTests {
    static let shapes: [(rows: Int, width: Int)] = [
        (1, 1), (2, 2), (3, 15), (5, 16), (4, 17), (8, 31), (9, 32), (6, 33), (7, 63), (1, 64), (3, 65), (2, 130),
    ]

    @Test func roundingIsToNearestEven() {
        let cases: [(Float, Float)] = [
            (1, 1), (1.003_906_25, 1), (1.003_906_4, 1.007_812_5), (1.011_718_75, 1.015_625), (-1.003_906_25, -1),
            (.greatestFiniteMagnitude, .infinity), (-.infinity, -.infinity), (0x1p-126, 0x1p-126), (-0.0, -0.0),
        ]
        for (value, expected) in cases { #expect(Reference.bf16(value).bitPattern == expected.bitPattern) }
        for kernels in supportedKernels() {
            let values = cases.map(\.0)
            let found = pairedRows(kernels, values, rows: 1, width: values.count)
            #expect(bits(found.values) == cases.map { $0.1.bitPattern >> 16 }, "\(kernels.instructionSet)")
        }
    }

    @Test func nanStaysNaN() {
        for kernels in supportedKernels() {
            let found = pairedRows(kernels, [.nan, -.nan], rows: 1, width: 2)
            for pair in found.values { #expect(Float(bitPattern: pair.bitPattern << 16).isNaN) }
        }
    }

    @Test func neighbouringColumnsArePaired() {
        var random = TestRandom(51)
        for kernels in supportedKernels() {
            for (rows, width) in PairTests.shapes {
                let values = random.floats(rows * width)
                let source = Panels(values, rows: rows, panelWidth: kernels.panelWidth)
                let expected = Panels(values, rows: rows, panelWidth: kernels.panelWidth, pairs: true)
                let found = Panels(rows: rows, width: (width + 1) / 2, panelWidth: kernels.panelWidth)
                kernels.pairColumns(source.matrix, to: found.matrix, rows: 0..<rows, columns: 0..<source.matrix.width)
                extendLifetime(source)
                #expect(bits(found.values) == bits(expected.values), "\(kernels.instructionSet) \(rows)×\(width)")
                let end = (found.matrix.width + kernels.panelWidth - 1) / kernels.panelWidth * kernels.panelWidth
                for row in 0..<rows {
                    #expect((found.matrix.width..<end).allSatisfy { found[row, $0].bitPattern == 0 })
                }
            }
        }
    }

    /// Threads pair parts of the columns or of the rows.
    @Test func neighbouringColumnsArePairedInParts() {
        var random = TestRandom(52)
        let (rows, width) = (7, 201)
        for kernels in supportedKernels() {
            let values = random.floats(rows * width)
            let source = Panels(values, rows: rows, panelWidth: kernels.panelWidth)
            let expected = Panels(values, rows: rows, panelWidth: kernels.panelWidth, pairs: true)
            let found = Panels(rows: rows, width: (width + 1) / 2, panelWidth: kernels.panelWidth)
            for columns in [64..<128, 0..<64, 128..<201] {
                for part in [0..<3, 3..<7] {
                    kernels.pairColumns(source.matrix, to: found.matrix, rows: part, columns: columns)
                }
            }
            extendLifetime(source)
            #expect(bits(found.values) == bits(expected.values), "\(kernels.instructionSet)")
        }
    }

    @Test func neighbouringRowsArePaired() {
        var random = TestRandom(53)
        for kernels in supportedKernels() {
            for (rows, width) in PairTests.shapes {
                let values = random.floats(rows * width)
                let expected = Panels(rowsOf: values, rows: rows, panelWidth: kernels.panelWidth, pairs: true)
                let found = pairedRows(kernels, values, rows: rows, width: width)
                #expect(bits(found.values) == bits(expected.values), "\(kernels.instructionSet) \(rows)×\(width)")
            }
        }
    }

    @Test(arguments: [(1, 1), (16, 16), (20, 5), (32, 32), (40, 15), (33, 31), (7, 2)])
    func blocksAreTransposed(inputs: Int, outputs: Int) {
        var random = TestRandom(54)
        for kernels in supportedKernels() where outputs <= kernels.panelWidth {
            let width = kernels.panelWidth
            var numbers = random.floats(inputs * width)
            for i in 0..<inputs { for o in outputs..<width { numbers[i * width + o] = 0 } }
            let block = Slice(numbers)
            let stride = (outputs + 1) / 2 * width
            let target = Slice([Float](repeating: 7, count: (inputs + width - 1) / width * stride))
            kernels.transposePairs(block.base, inputs: inputs, outputs: outputs, to: target.base, panelStride: stride)
            extendLifetime(block)
            let found = target.values
            for i in 0..<inputs {
                for o in Swift.stride(from: 0, to: outputs, by: 2) {
                    let expected = Reference.pair(
                        numbers[i * width + o], o + 1 < outputs ? numbers[i * width + o + 1] : 0)
                    #expect(found[i / width * stride + o / 2 * width + i % width].bitPattern == expected)
                }
            }
        }
    }

    @Test(arguments: [(1, 0..<1), (5, 0..<8), (16, 8..<33), (17, 32..<40), (40, 0..<70)])
    func columnsAreTransposed(rows: Int, columns: Range<Int>) {
        var random = TestRandom(55)
        for kernels in supportedKernels() {
            let width = 70
            let source = Panels(random.floats(rows * width), rows: rows, panelWidth: kernels.panelWidth)
            for part in [0..<rows, rows / 3..<rows] {
                let target = Panels(rows: columns.count, width: part.count, panelWidth: kernels.panelWidth)
                kernels.transposeColumns(source.matrix, to: target.matrix, rows: part, columns: columns)
                for (place, column) in columns.enumerated() {
                    #expect(part.enumerated().allSatisfy { target[place, $0.offset] == source[$0.element, column] })
                    let padding = part.count..<(part.count + 15) / 16 * 16
                    #expect(padding.allSatisfy { target[place, $0].bitPattern == 0 }, "\(kernels.instructionSet)")
                }
            }
        }
    }

    /// Either number of a pair may be zero, and each zero may have either sign.
    @Test func pairIsListedUnlessBothNumbersAreZero() {
        for kernels in supportedKernels() {
            let pairs: [(Float, Float)] = [(0, 0), (1, 0), (0, 1), (-0.0, 0), (0, -0.0), (-0.0, -0.0), (-2, -0.0)]
            // Enough for whole vectors and a rest.
            let values = (0..<5).flatMap { _ in pairs.flatMap { [$0.0, $0.1] } }
            let source = Panels(values, rows: 1, panelWidth: kernels.panelWidth, pairs: true)
            let lists = Lists(rows: 1, width: source.matrix.width, panelWidth: kernels.panelWidth)
            let count = kernels.sparseRows(
                source.matrix, to: lists.matrix, rows: 0..<1, columns: 0..<source.matrix.width)
            #expect(count == 15)
            #expect(lists.entries(row: 0).map(\.column) == (0..<35).filter { [1, 2, 6].contains($0 % 7) })
            extendLifetime(source)
        }
    }

    private func pairedRows(_ kernels: KernelTable, _ values: [Float], rows: Int, width: Int) -> Panels {
        let source = Panels(values, rows: rows, panelWidth: kernels.panelWidth)
        let target = Panels(rows: (rows + 1) / 2, width: width, panelWidth: kernels.panelWidth)
        kernels.pairRows(source.matrix, to: target.matrix, rows: 0..<rows, columns: 0..<width, firstPair: 0)
        extendLifetime(source)
        return target
    }
}
