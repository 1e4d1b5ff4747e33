import KernelTypes
import Testing
import _TestSupport

@Suite struct ProductTests {
    /// Shapes with every kind of remainder: of tiles, of panels, and of slices of the depth.
    static let shapes: [(rows: Int, depth: Int, outputs: Int)] = {
        var shapes = [(1, 1, 1), (2, 3, 2), (5, 16, 10), (14, 192, 32), (15, 193, 33), (29, 257, 48), (64, 784, 10)]
        for rows in 1...17 { shapes.append((rows, 31, 17)) }
        for depth in [15, 16, 17, 32, 33, 255, 256, 300, 513] { shapes.append((7, depth, 16)) }
        for outputs in [1, 15, 16, 17, 31, 32, 33, 65] { shapes.append((9, 20, outputs)) }
        // A single row has loops of its own, over some panels at once.
        for outputs in [1, 16, 33, 70, 100, 129, 161] { shapes.append((1, 77, outputs)) }
        return shapes
    }()

    @Test(arguments: KernelPrecision.allCases)
    func equalsTheReferenceToTheBit(precision: KernelPrecision) {
        var random = TestRandom(1)
        for kernels in supportedKernels() {
            for shape in ProductTests.shapes {
                for wild in [false, true] {
                    func draw(_ count: Int) -> [Float] { wild ? random.wildFloats(count) : random.floats(count) }
                    let input = draw(shape.rows * shape.depth)
                    let weights = draw(shape.depth * shape.outputs)
                    let initial = draw(shape.outputs)
                    asInTraining(precision) {
                        let expected = Reference.product(
                            input, weights, initial: initial, rows: shape.rows, depth: shape.depth, precision)
                        let found = run(
                            kernels, input, weights, initial, rows: shape.rows, within: 0..<shape.rows, precision)
                        #expect(
                            bits(found.values) == bits(expected), "\(kernels.instructionSet) \(shape) wild \(wild)")
                    }
                }
            }
        }
    }

    @Test func leavesOtherRowsUnchanged() {
        var random = TestRandom(2)
        for kernels in supportedKernels() {
            let input = random.floats(20 * 9)
            let found = run(kernels, input, random.floats(9 * 5), random.floats(5), rows: 20, within: 6..<13)
            for row in 0..<20 where !(6..<13).contains(row) {
                for column in 0..<5 { #expect(found[row, column] == 7) }
            }
        }
    }

    @Test func startsAtZeroWithoutInitialValues() {
        var random = TestRandom(3)
        for kernels in supportedKernels() {
            let input = random.floats(3 * 40)
            let weights = random.floats(40 * 6)
            let zeros = [Float](repeating: 0, count: 6)
            let expected = Reference.product(input, weights, initial: zeros, rows: 3, depth: 40)
            let packed = PackedWeights(weights, initial: zeros, inputs: 40, panelWidth: kernels.panelWidth)
            let source = Panels(input, rows: 3, panelWidth: kernels.panelWidth)
            let target = Panels(rows: 3, width: 6, panelWidth: kernels.panelWidth)
            defer { extendLifetime((packed, source, target)) }
            kernels.product(
                ProductArguments(
                    precision: .f32, input: .panels(source.matrix), output: target.matrix, weights: packed.weights,
                    weightPanelStride: packed.panelStride, initial: nil, rows: 0..<3))
            #expect(bits(target.values) == bits(expected))
        }
    }

    @Test(arguments: [(11, 300, 21), (1, 300, 150)])
    func epilogueAppliesTheActivationToTheSum(rows: Int, depth: Int, outputs: Int) {
        var random = TestRandom(4)
        let input = random.floats(rows * depth)
        let weights = random.floats(depth * outputs)
        let initial = random.floats(outputs)
        let sums = Reference.product(input, weights, initial: initial, rows: rows, depth: depth)
        for kernels in supportedKernels() {
            let relu = run(kernels, input, weights, initial, rows: rows, within: 0..<rows, activation: .relu).values
            #expect(bits(relu) == bits(sums.map { $0 < 0 ? -0.0 : $0 + 0 }))
            let leaky = run(
                kernels, input, weights, initial, rows: rows, within: 0..<rows, activation: .leakyReLU, slope: 0.1
            )
            .values
            #expect(bits(leaky) == bits(sums.map { $0 < 0 ? $0 * 0.1 : $0 + 0 }))
        }
    }

    @Test(arguments: [(5, 12, 19), (1, 12, 100)])
    func derivativeIsComputedFromTheOutput(rows: Int, depth: Int, outputs: Int) {
        var random = TestRandom(5)
        let delta = random.floats(rows * depth)
        let weights = random.floats(depth * outputs)
        let zeros = [Float](repeating: 0, count: outputs)
        let sums = Reference.product(delta, weights, initial: zeros, rows: rows, depth: depth)
        // The output +0 means z = 0, where the derivative of ReLU is 1; the output −0 means z < 0.
        let outputsOfRelu: [Float] = (0..<rows * outputs).map { [0, -0.0, 0.5, 2][$0 % 4] }
        for kernels in supportedKernels() {
            let at = Panels(outputsOfRelu, rows: rows, panelWidth: kernels.panelWidth)
            let found = run(
                kernels, delta, weights, zeros, rows: rows, within: 0..<rows, activation: .relu, derivativeAt: at
            ).values
            #expect(bits(found) == bits(zip(sums, outputsOfRelu).map { $1.sign == .minus ? 0 : $0 }))
            let leaky = run(
                kernels, delta, weights, zeros, rows: rows, within: 0..<rows, activation: .leakyReLU, slope: 0.25,
                derivativeAt: at
            ).values
            #expect(bits(leaky) == bits(zip(sums, outputsOfRelu).map { $1.sign == .minus ? $0 * 0.25 : $0 }))
        }
    }

    /// Packs row-major matrices and multiplies them. Rows outside `within` keep the padding value.
    private func run(
        _ kernels: KernelTable, _ input: [Float], _ weights: [Float], _ initial: [Float], rows: Int,
        within: Range<Int>, _ precision: KernelPrecision = .f32, activation: KernelActivation = .identity,
        slope: Float = 0,
        derivativeAt: Panels? = nil
    ) -> Panels {
        let source = Panels(input, rows: rows, panelWidth: kernels.panelWidth, pairs: precision.isPaired)
        let target = Panels(rows: rows, width: initial.count, panelWidth: kernels.panelWidth)
        let packed = PackedWeights(
            weights, initial: initial, inputs: weights.count / initial.count, panelWidth: kernels.panelWidth,
            pairs: precision.isPaired)
        defer { extendLifetime((source, target, packed, derivativeAt)) }
        kernels.product(
            ProductArguments(
                precision: precision, input: .panels(source.matrix), output: target.matrix, weights: packed.weights,
                weightPanelStride: packed.panelStride, initial: packed.initial, rows: within,
                epilogue: Epilogue(
                    activation: activation, slope: slope,
                    derivativeAt: (derivativeAt?.matrix.base).map { UnsafePointer($0) })))
        return target
    }
}
