import CTiles
import KernelTypes
import Testing
import _TestSupport

/// The order of `KernelPrecision.bf16Tiles`: kernels against plain loops, and plain loops against AMX.
@Suite struct TileOrderTests {
    static let depths = [1, 2, 31, 32, 33, 63, 64, 65, 96, 255, 1024, 1061]

    /// Sums that the order decides. Each is exact in its own order, and another one in that of `bf16`.
    @Test func theOrderDecidesTheseSums() {
        let large: Float = 0x1p24
        // Even and odd places have chains of their own: 1 is not lost beside 2²⁴ − 2²⁴.
        #expect(Reference.tileSum(0, [large, 1, -large], [1, 1, 1]) == 1)
        #expect(Reference.product([large, 1, -large], [1, 1, 1], initial: [0], rows: 1, depth: 3, .bf16) == [0])
        // A block is added as a whole: 1 + 1, not one after the other to 2²⁴.
        let places = [large] + [Float](repeating: 0, count: 31) + [1, 0, 1]
        let ones = [Float](repeating: 1, count: places.count)
        #expect(Reference.tileSum(0, places, ones) == large + 2)
        #expect(Reference.product(places, ones, initial: [0], rows: 1, depth: 35, .bf16) == [large])
        // The start value comes last: 2²⁴ + 1 is a tie, and goes to the even neighbour.
        #expect(Reference.tileSum(large, [1, 0, 1], [1, 1, 1]) == large + 2)
        #expect(Reference.tileSum(large, [1], [1]) == large)
    }

    @Test(arguments: depths) func productsOfSpecialNumbers(depth: Int) {
        var random = TestRandom(61)
        for kernels in supportedKernels() {
            for (rows, outputs) in [(1, 1), (1, 150), (7, 40)] {
                for kind in Numbers.allCases {
                    let input = kind.numbers(rows * depth, &random)
                    let weights = kind.numbers(depth * outputs, &random)
                    let initial = kind.numbers(outputs, &random)
                    asInTraining(.bf16Tiles) {
                        let expected = Reference.product(
                            input, weights, initial: initial, rows: rows, depth: depth, .bf16Tiles)
                        let found = product(kernels, input, weights, initial, rows: rows)
                        #expect(
                            isSame(found, expected), "\(kernels.instructionSet) \(rows)×\(depth)×\(outputs) \(kind)")
                    }
                }
            }
        }
    }

    /// Blocks of rows with every kind of remainder, and products that are cut into slices of the depth.
    @Test(arguments: [
        (2, 33, 1), (16, 64, 33), (17, 31, 20), (31, 100, 40), (32, 2, 32), (33, 65, 5), (45, 70, 40), (64, 64, 64),
        (95, 33, 70), (150, 3700, 34), (40, 0, 33),
    ])
    func productsOfManyRows(rows: Int, depth: Int, outputs: Int) {
        var random = TestRandom(65)
        let input = random.floats(rows * depth)
        let weights = random.floats(depth * outputs)
        let initial = random.floats(outputs)
        asInTraining(.bf16Tiles) {
            let expected = Reference.product(input, weights, initial: initial, rows: rows, depth: depth, .bf16Tiles)
            for kernels in supportedKernels() {
                let found = product(kernels, input, weights, initial, rows: rows)
                #expect(isSame(found, expected), "\(kernels.instructionSet)")
            }
        }
    }

    @Test(arguments: depths) func gradientsOfSpecialNumbers(rows: Int) {
        var random = TestRandom(62)
        let (inputs, outputs) = (9, 5)
        for kernels in supportedKernels() {
            let width = kernels.panelWidth
            for kind in Numbers.allCases {
                let input = kind.numbers(rows * inputs, &random)
                let delta = kind.numbers(rows * outputs, &random)
                asInTraining(.bf16Tiles) {
                    let source = Panels(rowsOf: input, rows: rows, panelWidth: width, pairs: true)
                    let deltas = Panels(rowsOf: delta, rows: rows, panelWidth: width, pairs: true)
                    let block = Slice([Float](repeating: 7, count: inputs * width))
                    kernels.gradient(
                        GradientArguments(
                            precision: .bf16Tiles, input: source.matrix, delta: deltas.matrix, panel: 0,
                            inputs: 0..<inputs, rows: 0..<source.rows, block: block.base))
                    extendLifetime((source, deltas))
                    let found = (0..<inputs * outputs).map { block.values[$0 / outputs * width + $0 % outputs] }
                    let expected = Reference.gradient(
                        input, delta, rows: 0..<rows, inputs: inputs, outputs: outputs, .bf16Tiles)
                    #expect(isSame(found, expected), "\(kernels.instructionSet) \(kind)")
                }
            }
        }
    }

    /// Lists leave out pairs of zeros, which changes at most the sign of a zero.
    @Test(arguments: depths) func listsGiveTheSumsOfTheDenseProduct(depth: Int) {
        var random = TestRandom(63)
        for kernels in supportedKernels() {
            for (rows, outputs) in [(1, 150), (5, 40)] {
                for kind in Numbers.allCases where kind != .special {
                    let input = kind.numbers(rows * depth, &random).map { random.next() % 4 == 0 ? $0 : 0 }
                    let weights = kind.numbers(depth * outputs, &random)
                    let initial = kind.numbers(outputs, &random)
                    asInTraining(.bf16Tiles) {
                        let expected = product(kernels, input, weights, initial, rows: rows).map { $0 + 0 }
                        let found = product(kernels, input, weights, initial, rows: rows, lists: true).map { $0 + 0 }
                        #expect(isSame(found, expected), "\(kernels.instructionSet) \(rows)×\(outputs) \(kind)")
                    }
                }
            }
        }
    }

    private static let missing = ft_tiles_missing().map { String(cString: $0) }

    /// Compares `tdpbf16ps` with the reference, bit for bit.
    @Test(.enabled(if: missing == nil, Comment(rawValue: "SKIPPED: \(missing ?? ""), the order of its products")))
    func referenceEqualsTheInstruction() {
        var random = TestRandom(64)
        for pairs in 1...16 {
            for kind in Numbers.allCases {
                for _ in 0..<20 {
                    let left = kind.numbers(16 * 32, &random).map { Reference.bf16($0) }
                    let right = kind.numbers(32 * 16, &random).map { Reference.bf16($0) }
                    let initial = kind.numbers(256, &random)
                    // Numbers along a row of `left` are neighbours, and so are those of two rows of `right`.
                    let leftPairs = (0..<256).map { Reference.pair(left[2 * $0], left[2 * $0 + 1]) }
                    let rightPairs = (0..<pairs * 16).map { place in
                        let first = place / 16 * 32 + place % 16
                        return Reference.pair(right[first], right[first + 16])
                    }
                    var found = initial
                    ft_tile_product(&found, leftPairs, rightPairs, Int32(pairs))
                    asInTraining(.bf16Tiles) {
                        let expected = (0..<256).map { element in
                            Reference.tileSum(
                                initial[element], Array(left[element / 16 * 32..<element / 16 * 32 + 2 * pairs]),
                                (0..<2 * pairs).map { right[$0 * 16 + element % 16] })
                        }
                        #expect(isSame(found, expected), "\(pairs) pairs, \(kind)")
                    }
                }
            }
        }
    }

    // MARK: - Helpers

    /// A kind of test numbers.
    private enum Numbers: CaseIterable {
        /// Numbers between −1 and 1.
        case usual
        /// Numbers of every size: normal, subnormal, large, and zeros of both signs.
        case wild
        /// Few different numbers, which cancel each other and make ties.
        case cancelling
        /// The same with infinities and NaN.
        case special

        func numbers(_ count: Int, _ random: inout TestRandom) -> [Float] {
            let smallest = Float.leastNormalMagnitude
            var some: [Float] = [0, -0.0, 1, -1, 256, -256, 1.007_812_5, -1.007_812_5, 0x1p-24, 0x1p-63, -0x1p-63]
            switch self {
            case .usual: return random.floats(count)
            case .wild: return random.wildFloats(count)
            case .cancelling: break
            case .special:
                // Seldom, because they take over every sum that they are in.
                some += some + some + [smallest, -smallest, smallest / 2, 0x1p127, -0x1p127]
                some += some + some + some + [.infinity, -.infinity, .nan]
            }
            return (0..<count).map { _ in some[Int(random.next() % UInt64(some.count))] }
        }
    }

    /// Returns whether two lists have the same bits, except those of NaN.
    private func isSame(_ found: [Float], _ expected: [Float]) -> Bool {
        found.count == expected.count
            && zip(found, expected).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    }

    /// Returns a product of row-major matrices in the order of tiles.
    private func product(
        _ kernels: KernelTable, _ input: [Float], _ weights: [Float], _ initial: [Float], rows: Int,
        lists isInLists: Bool = false
    ) -> [Float] {
        let width = kernels.panelWidth
        let source = Panels(input, rows: rows, panelWidth: width, pairs: true)
        let lists = Lists(rows: rows, width: source.matrix.width, panelWidth: width)
        _ = kernels.sparseRows(source.matrix, to: lists.matrix, rows: 0..<rows, columns: 0..<source.matrix.width)
        let target = Panels(rows: rows, width: initial.count, panelWidth: width)
        let packed = PackedWeights(
            weights, initial: initial, inputs: weights.count / initial.count, panelWidth: width, pairs: true)
        defer { extendLifetime((source, lists, target, packed)) }
        kernels.product(
            ProductArguments(
                precision: .bf16Tiles, input: isInLists ? .lists(lists.matrix) : .panels(source.matrix),
                output: target.matrix, weights: packed.weights, weightPanelStride: packed.panelStride,
                initial: packed.initial, rows: 0..<rows))
        return target.values
    }
}
