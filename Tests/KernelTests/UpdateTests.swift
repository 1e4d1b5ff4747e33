import KernelTypes
import Testing
import _TestSupport

/// Compares the updates with their definitions, written as sequences of fused operations, to the bit.
@Suite struct UpdateTests {
    @Test(arguments: [(Float(0), false), (0.9, false), (0.9, true)])
    func sgd(momentum: Float, nesterov: Bool) {
        var random = TestRandom(31)
        let weights = random.floats(48), gradient = random.floats(48), velocity = random.floats(48)
        let step = SGDStep(learningRate: 0.1, momentum: momentum, nesterov: nesterov, weightDecay: 0.01)
        for kernels in supportedKernels() {
            let w = Slice(weights), g = Slice(gradient), v = Slice(velocity)
            defer { extendLifetime((w, g, v)) }
            kernels.updateSGD(weights: w.base, gradient: g.base, momentum: momentum > 0 ? v.base : nil, count: 48, step)
            for i in 0..<48 {
                let slope = gradient[i].addingProduct(weights[i], 0.01)
                let newVelocity = slope.addingProduct(velocity[i], momentum)
                let direction =
                    momentum == 0 ? slope : nesterov ? slope.addingProduct(newVelocity, momentum) : newVelocity
                #expect(w.base[i] == weights[i].addingProduct(-0.1, direction))
                #expect(v.base[i] == (momentum > 0 ? newVelocity : velocity[i]))
            }
        }
    }

    @Test func adam() {
        var random = TestRandom(32)
        let weights = random.floats(48), gradient = random.floats(48), mean = random.floats(48)
        let square = random.floats(48).map(abs)
        let step = AdamStep(
            stepSize: 0.01, meanRate: 0.1, squareDecay: 0.999, squareRate: 0.001, squareScale: 2, epsilon: 1e-8,
            weightDecay: 0.02, shrink: 0.99)
        for kernels in supportedKernels() {
            let w = Slice(weights), g = Slice(gradient), m = Slice(mean), v = Slice(square)
            defer { extendLifetime((w, g, m, v)) }
            kernels.updateAdam(weights: w.base, gradient: g.base, mean: m.base, square: v.base, count: 48, step)
            for i in 0..<48 {
                let weight = weights[i] * 0.99
                let slope = gradient[i].addingProduct(weight, 0.02)
                let newMean = mean[i].addingProduct(slope - mean[i], 0.1)
                let newSquare = (square[i] * 0.999).addingProduct(slope * 0.001, slope)
                let denominator = Float(1e-8) + newSquare.squareRoot() * 2
                #expect(m.base[i] == newMean && v.base[i] == newSquare)
                #expect(w.base[i] == weight.addingProduct(-0.01, newMean / denominator))
            }
        }
    }

    @Test(arguments: [(Float(0.99), Float(0.01)), (1, 1)])
    func bySquares(decay: Float, rate: Float) {
        var random = TestRandom(33)
        let weights = random.floats(48), gradient = random.floats(48)
        let square = random.floats(48).map(abs)
        let step = SquareStep(learningRate: 0.01, decay: decay, rate: rate, epsilon: 1e-8, weightDecay: 0.02)
        for kernels in supportedKernels() {
            let w = Slice(weights), g = Slice(gradient), v = Slice(square)
            defer { extendLifetime((w, g, v)) }
            kernels.updateBySquares(weights: w.base, gradient: g.base, square: v.base, count: 48, step)
            for i in 0..<48 {
                let slope = gradient[i].addingProduct(weights[i], 0.02)
                let newSquare = (square[i] * decay).addingProduct(slope * rate, slope)
                #expect(v.base[i] == newSquare)
                #expect(w.base[i] == weights[i].addingProduct(-0.01, slope / (newSquare.squareRoot() + 1e-8)))
            }
        }
    }

    /// Where gradient and momentum are zero, only weight decay changes the weight.
    @Test func lion() {
        var random = TestRandom(34)
        let weights = random.floats(48)
        let gradient = random.floats(48).enumerated().map { $0.offset % 5 == 0 ? 0 : $0.element }
        let momentum = random.floats(48).enumerated().map { $0.offset % 5 == 0 ? 0 : $0.element }
        let step = LionStep(learningRate: 0.01, directionRate: 0.1, momentumRate: 0.25, shrink: 0.99)
        for kernels in supportedKernels() {
            let w = Slice(weights), g = Slice(gradient), m = Slice(momentum)
            defer { extendLifetime((w, g, m)) }
            kernels.updateLion(weights: w.base, gradient: g.base, momentum: m.base, count: 48, step)
            for i in 0..<48 {
                let difference = gradient[i] - momentum[i]
                let direction = momentum[i].addingProduct(difference, 0.1)
                let sign: Float = direction > 0 ? 1 : direction < 0 ? -1 : 0
                #expect(m.base[i] == momentum[i].addingProduct(difference, 0.25))
                #expect(w.base[i] == (weights[i] * 0.99).addingProduct(-0.01, sign))
            }
        }
    }

    @Test(arguments: [
        GradientAdjustment(), .init(l1: 0.25), .init(limit: 0.5), .init(scale: 0.75, l1: 0.25, limit: 0.5),
    ])
    func adjustment(adjustment: GradientAdjustment) {
        var random = TestRandom(35)
        var gradient = random.floats(48)
        var weights = random.floats(48).enumerated().map { $0.offset % 5 == 0 ? 0 : $0.element }
        (gradient[3], gradient[4], weights[4]) = (.nan, .infinity, -0.0)
        for kernels in supportedKernels() {
            let w = Slice(weights), g = Slice(gradient)
            defer { extendLifetime((w, g)) }
            kernels.adjustGradient(gradient: g.base, weights: w.base, count: 48, adjustment)
            #expect(g.base[3].isNaN)
            for i in 0..<48 where i != 3 {
                let sign: Float = weights[i] > 0 ? 1 : weights[i] < 0 ? -1 : 0
                let slope = (adjustment.l1 * sign).addingProduct(gradient[i], adjustment.scale)
                #expect(g.base[i] == max(-adjustment.limit, min(adjustment.limit, slope)))
            }
        }
    }

    @Test(arguments: [Float(0.25), 1])
    func movingAverage(rate: Float) {
        var random = TestRandom(36)
        let average = random.floats(48), newest = random.floats(48)
        for kernels in supportedKernels() {
            let a = Slice(average), n = Slice(newest)
            defer { extendLifetime((a, n)) }
            kernels.average(a.base, towards: n.base, count: 48, rate: rate)
            for i in 0..<48 {
                #expect(a.base[i] == (rate == 1 ? newest[i] : average[i].addingProduct(newest[i] - average[i], rate)))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 40])
    func columns(rows: Int) {
        var random = TestRandom(37)
        for kernels in supportedKernels() {
            let width = kernels.panelWidth
            let (a, b) = (random.floats(rows * width), random.floats(rows * width))
            let factors = random.floats(width)
            let x = Slice(a), y = Slice(b), sums = Slice([Float](repeating: 9, count: width)), f = Slice(factors)
            defer { extendLifetime((x, y, sums, f)) }
            kernels.columnProducts(x.base, y.base, rows: rows, into: sums.base)
            kernels.scaleColumns(x.base, rows: rows, by: f.base)
            for column in 0..<width {
                var chains = [Float](repeating: 0, count: 4)
                for row in 0..<rows {
                    let place = row * width + column
                    chains[row % 4] = chains[row % 4].addingProduct(a[place], b[place])
                    #expect(x.base[place] == a[place] * factors[column])
                }
                #expect(sums.base[column] == (chains[0] + chains[1]) + (chains[2] + chains[3]))
            }
        }
    }

    /// A diverging run must not look as if it stood still.
    @Test func updatesDoNotHideNaN() {
        for kernels in supportedKernels() {
            for gradient in [Float.nan, .infinity] {
                let w = Slice([Float](repeating: 1, count: 16)), g = Slice([Float](repeating: gradient, count: 16))
                let zeros = [Float](repeating: 0, count: 16)
                let (m, v) = (Slice(zeros), Slice(zeros))
                defer { extendLifetime((w, g, m, v)) }
                kernels.updateLion(
                    weights: w.base, gradient: g.base, momentum: m.base, count: 16,
                    LionStep(learningRate: 0.1, directionRate: 0.1, momentumRate: 0.01, shrink: 1))
                kernels.updateLion(
                    weights: w.base, gradient: g.base, momentum: m.base, count: 16,
                    LionStep(learningRate: 0.1, directionRate: 0.1, momentumRate: 0.01, shrink: 1))
                #expect(w.values.allSatisfy { !$0.isFinite }, "\(kernels.instructionSet) \(gradient)")
                let r = Slice([Float](repeating: 1, count: 16))
                defer { extendLifetime(r) }
                kernels.updateBySquares(
                    weights: r.base, gradient: g.base, square: v.base, count: 16,
                    SquareStep(learningRate: 0.1, decay: 0.99, rate: 0.01, epsilon: 1e-8, weightDecay: 0))
                #expect(r.values.allSatisfy { !$0.isFinite }, "\(kernels.instructionSet) \(gradient)")
            }
        }
    }
}
