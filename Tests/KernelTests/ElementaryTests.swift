import Foundation
import KernelTypes
import Testing
import _TestSupport

/// Compares exp, tanh, the logistic function and log, as the kernels use them, with Foundation's in Double.
@Suite struct ElementaryTests {
    /// Returns every 8,144th float between two bounds, both included, or 16 times as many if `FASTTRAIN_LONG` is set.
    ///
    /// The step is 16 · 509. As 509 is prime, mantissas of every kind are sampled.
    static func samples(_ low: Float, _ high: Float) -> [Float] {
        var samples: [Float] = [low, high, 0, -0.0]
        let step: UInt32 = ProcessInfo.processInfo.environment["FASTTRAIN_LONG"] == nil ? 509 * 16 : 509
        for bits in stride(from: UInt32(0), to: 0x7f80_0000, by: Int(step)) {
            let value = Float(bitPattern: bits)
            if value <= high && value >= low { samples.append(value) }
            if -value <= high && -value >= low { samples.append(-value) }
        }
        while samples.count % 16 != 0 { samples.append(high) }
        return samples
    }

    @Test func logisticErrorIsBelowThreeUnits() {
        check(.sigmoid, bound: 3, from: -87, to: 100) { 1 / (1 + exp(-$0)) }
    }

    @Test func hyperbolicTangentErrorIsBelowThreeUnits() {
        check(.tanh, bound: 3, from: -100, to: 100) { tanh($0) }
    }

    /// For results near zero the absolute error counts, because a network adds them to others.
    @Test func otherActivationsAreAccurate() {
        let half = 2.0.squareRoot()
        let exact: [(KernelActivation, (Double) -> Double)] = [
            (.elu, { $0 < 0 ? expm1($0) : $0 }), (.softplus, { max($0, 0) + log1p(exp(-abs($0))) }),
            (.gelu, { $0 * 0.5 * erfc(-$0 / half) }), (.silu, { $0 / (1 + exp(-$0)) }),
            (.geluTanh, { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }),
            (.mish, { $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) }),
        ]
        let samples = ElementaryTests.samples(-80, 80)
        for kernels in supportedKernels() where kernels.instructionSet != .scalar {
            for (activation, truth) in exact {
                var worst = 0.0
                for (x, y) in zip(samples, activate(kernels, activation, samples)) {
                    let expected = truth(Double(x))
                    worst = max(worst, abs(Double(y) - expected) / max(1, abs(expected)))
                }
                #expect(worst < 4e-7, "\(kernels.instructionSet) \(activation): \(worst)")
            }
        }
    }

    @Test func activationsHandleExtremes() {
        let extremes: [Float] = [.infinity, -.infinity, .nan, 1e38, -1e38, 0x1p-149, -0x1p-149, 0]
        for kernels in supportedKernels() {
            let sigmoid = activate(kernels, .sigmoid, extremes + extremes)
            #expect(sigmoid[0] == 1 && sigmoid[1] == 0 && sigmoid[2].isNaN && sigmoid[3] == 1 && sigmoid[4] == 0)
            let tanh = activate(kernels, .tanh, extremes + extremes)
            #expect(tanh[0] == 1 && tanh[1] == -1 && tanh[2].isNaN && tanh[5] == 0x1p-149 && tanh[7] == 0)
            let relu = activate(kernels, .relu, extremes + extremes)
            for other in [KernelActivation.elu, .softplus, .gelu, .geluTanh, .silu, .mish] {
                let found = activate(kernels, other, extremes + extremes)
                #expect(found[0] == .infinity && found[2].isNaN && found[3] == 1e38, "\(other) \(found)")
                #expect(found[4] == (other == .elu ? -1 : 0) && found[7] == (other == .softplus ? 0.693_147_2 : 0))
            }
            #expect(relu[0] == .infinity && relu[1] == 0 && relu[2].isNaN, "ReLU must keep NaN")
        }
    }

    /// Far from zero, the derivative is 0 on one side and 1 on the other.
    @Test func storedDerivativesHandleExtremes() {
        let extremes: [Float] = [1e13, 1e20, 1e38, -1e13, -1e20, -1e38, 50, -110]
        for kernels in supportedKernels() {
            for activation in [KernelActivation.gelu, .geluTanh, .silu, .mish] {
                let derivative = Panels(rows: 8, width: 1, panelWidth: kernels.panelWidth)
                _ = activate(kernels, activation, extremes, derivative: derivative)
                #expect(derivative.values == [1, 1, 1, 0, 0, 0, 1, 0], "\(activation) \(derivative.values)")
            }
        }
    }

    @Test func allInstructionSetsAgreeToTheBit() {
        let samples = ElementaryTests.samples(-200, 200)
        let tables = supportedKernels()
        for activation in [KernelActivation.sigmoid, .tanh, .elu, .softplus, .gelu, .geluTanh, .silu, .mish] {
            let expected = bits(activate(tables[0], activation, samples))
            for kernels in tables.dropFirst() {
                #expect(bits(activate(kernels, activation, samples)) == expected, "\(kernels.instructionSet)")
            }
        }
    }

    /// The softmax of (x, 0) is e^x / (e^x + 1), so for x below 0 its small results show the error of exp.
    @Test func exponentialIsAccurateDownToDenormals() {
        for kernels in supportedKernels() {
            let samples = ElementaryTests.samples(-103, -20)
            let panels = Panels(samples.flatMap { [$0, 0] }, rows: samples.count, panelWidth: kernels.panelWidth)
            defer { extendLifetime(panels) }
            kernels.predictions(panels.matrix, loss: .crossEntropy, rows: 0..<samples.count)
            var worst = 0.0
            for (row, x) in samples.enumerated() {
                let exact = exp(Double(x)) / (1 + exp(Double(x)))
                worst = max(worst, abs(Double(panels[row, 0]) - exact) / Double(Float(exact).ulp))
            }
            #expect(worst < 2, "\(kernels.instructionSet): \(worst) units")
        }
    }

    private func check(
        _ activation: KernelActivation, bound: Double, from low: Float, to high: Float, _ exact: (Double) -> Double
    ) {
        let samples = ElementaryTests.samples(low, high)
        for kernels in supportedKernels() where kernels.instructionSet != .scalar {
            var worst = 0.0
            for (x, y) in zip(samples, activate(kernels, activation, samples)) {
                let truth = exact(Double(x))
                worst = max(worst, abs(Double(y) - truth) / Double(Float(truth).ulp))
            }
            #expect(worst < bound, "\(kernels.instructionSet): \(worst) units")
        }
    }

    /// Applies an activation as the epilogue of a product of depth 1 with weight 1. It starts from −0, which adds
    /// nothing.
    private func activate(
        _ kernels: KernelTable, _ activation: KernelActivation, _ values: [Float], derivative: Panels? = nil
    ) -> [Float] {
        let source = Panels(values, rows: values.count, panelWidth: kernels.panelWidth)
        let target = Panels(rows: values.count, width: 1, panelWidth: kernels.panelWidth)
        let packed = PackedWeights([1], initial: [-0.0], inputs: 1, panelWidth: kernels.panelWidth)
        defer { extendLifetime((source, target, packed, derivative)) }
        kernels.product(
            ProductArguments(
                precision: .f32, input: .panels(source.matrix), output: target.matrix, weights: packed.weights,
                weightPanelStride: packed.panelStride, initial: packed.initial, rows: 0..<values.count,
                epilogue: Epilogue(activation: activation, slope: 0, storedDerivative: derivative?.matrix.base)))
        return target.values
    }
}
