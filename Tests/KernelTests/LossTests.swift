import Foundation
import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@Suite struct LossTests {
    @Test func crossEntropyAndItsGradient() {
        var random = TestRandom(21)
        for kernels in supportedKernels() {
            for classes in [1, 2, 10, 16, 17, 40, 100] {
                let rows = 9
                let logits = random.floats(rows * classes).map { $0 * 20 }
                let labels = (0..<rows).map { Int32($0 * 7 % classes) }
                let (losses, gradient) = run(kernels.softmaxCrossEntropy, kernels, logits, rows: rows, labels: labels)
                for row in 0..<rows {
                    let z = logits[row * classes..<(row + 1) * classes].map(Double.init)
                    let top = z.max()!
                    let total = z.reduce(0) { $0 + exp($1 - top) }
                    let loss = log(total) + top - z[Int(labels[row])]
                    #expect(abs(Double(losses[row]) - loss) <= 1e-6 * max(1, loss))
                    for k in 0..<classes {
                        let p = exp(z[k] - top) / total
                        let expected = (p - (k == Int(labels[row]) ? 1 : 0)) * 0.25
                        #expect(abs(Double(gradient[row, k]) - expected) < 1e-6)
                    }
                }
            }
        }
    }

    @Test(arguments: [Float(0.1), 0.5])
    func smoothedCrossEntropyAndItsGradient(smoothing: Float) {
        var random = TestRandom(23)
        for kernels in supportedKernels() {
            for classes in [1, 2, 10, 16, 17, 40, 100] {
                let rows = 9
                let logits = random.floats(rows * classes).map { $0 * 20 }
                let labels = (0..<rows).map { Int32($0 * 7 % classes) }
                let (losses, gradient) = run(
                    kernels.softmaxCrossEntropy, kernels, logits, rows: rows, labels: labels, smoothing: smoothing)
                for row in 0..<rows {
                    let z = logits[row * classes..<(row + 1) * classes].map(Double.init)
                    let top = z.max()!
                    let total = z.reduce(0) { $0 + exp($1 - top) }
                    let target = (0..<classes).map {
                        Double(smoothing) / Double(classes) + ($0 == Int(labels[row]) ? 1 - Double(smoothing) : 0)
                    }
                    let loss = (0..<classes).reduce(0) { $0 + target[$1] * (log(total) + top - z[$1]) }
                    #expect(abs(Double(losses[row]) - loss) <= 1e-6 * max(1, loss))
                    for k in 0..<classes {
                        let expected = (exp(z[k] - top) / total - target[k]) * 0.25
                        #expect(abs(Double(gradient[row, k]) - expected) < 1e-6)
                    }
                    // No gradient reaches the weights' padding.
                    let width = kernels.panelWidth
                    for column in classes..<(classes + width - 1) / width * width {
                        let place = column / width * gradient.matrix.panelStride + row * width + column % width
                        #expect(gradient.matrix.base[place] == 0)
                    }
                }
                extendLifetime(gradient)
            }
        }
    }

    @Test func squaredErrorAndItsGradient() {
        var random = TestRandom(22)
        for kernels in supportedKernels() {
            for outputs in [1, 2, 16, 33] {
                let rows = 5
                let values = random.floats(rows * outputs)
                let targets = random.floats(rows * outputs)
                let (losses, gradient) = run(kernels.squaredError, kernels, values, rows: rows, targets: targets)
                for row in 0..<rows {
                    var loss = 0.0
                    for k in row * outputs..<(row + 1) * outputs {
                        let difference = Double(values[k]) - Double(targets[k])
                        loss += difference * difference
                        #expect(abs(Double(gradient[row, k % outputs]) - 2 * difference * 0.25) < 1e-6)
                    }
                    #expect(abs(Double(losses[row]) - loss) < 1e-5)
                }
            }
        }
    }

    @Test func squaredErrorOfALabelIsAgainstOneHot() {
        for kernels in supportedKernels() {
            let (losses, gradient) = run(kernels.squaredError, kernels, [0.5, 0.25, 1], rows: 1, labels: [2])
            #expect(losses == [0.3125])
            #expect(gradient.values == [0.25, 0.125, 0])
        }
    }

    @Test func paddingOfTheGradientIsZero() {
        for kernels in supportedKernels() {
            for loss in [kernels.softmaxCrossEntropy, kernels.squaredError] {
                let (_, gradient) = run(loss, kernels, [1, 2, 3], rows: 1, labels: [0])
                for lane in 3..<kernels.panelWidth { #expect(gradient.matrix.base[lane] == 0) }
                extendLifetime(gradient)
            }
        }
    }

    @Test func aNaNOrInfiniteLogitShowsInTheLoss() {
        for kernels in supportedKernels() {
            for bad in [Float.nan, .infinity] {
                let (losses, _) = run(kernels.softmaxCrossEntropy, kernels, [1, bad, 3], rows: 1, labels: [0])
                #expect(!losses[0].isFinite)
            }
        }
    }

    @Test func allInstructionSetsAgreeToTheBit() {
        var random = TestRandom(23)
        let logits = random.floats(50 * 37).map { $0 * 30 }
        let labels = (0..<50).map { Int32($0 % 37) }
        let tables = supportedKernels()
        let first = run(tables[0].softmaxCrossEntropy, tables[0], logits, rows: 50, labels: labels)
        let firstSquared = run(tables[0].squaredError, tables[0], logits, rows: 50, labels: labels)
        for kernels in tables.dropFirst() {
            let other = run(kernels.softmaxCrossEntropy, kernels, logits, rows: 50, labels: labels)
            #expect(bits(other.losses) == bits(first.losses))
            #expect(bits(other.gradient.values) == bits(first.gradient.values))
            let squared = run(kernels.squaredError, kernels, logits, rows: 50, labels: labels)
            #expect(
                bits(squared.losses) == bits(firstSquared.losses)
                    && bits(squared.gradient.values) == bits(firstSquared.gradient.values))
        }
    }

    private func run(
        _ kernel: (LossArguments) -> Void, _ kernels: KernelTable, _ outputs: [Float], rows: Int,
        labels: [Int32]? = nil, targets: [Float]? = nil, smoothing: Float = 0
    ) -> (losses: [Float], gradient: Panels) {
        let panels = Panels(outputs, rows: rows, panelWidth: kernels.panelWidth)
        defer { extendLifetime(panels) }
        var losses = [Float](repeating: 0, count: rows)
        losses.withUnsafeMutableBufferPointer { losses in
            (labels ?? []).withUnsafeBufferPointer { labels in
                (targets ?? []).withUnsafeBufferPointer { values in
                    kernel(
                        LossArguments(
                            outputs: panels.matrix, labels: labels.baseAddress,
                            targets: targets == nil ? nil : values.baseAddress,
                            losses: losses.baseAddress!, scale: 0.25, smoothing: smoothing, firstRow: 0, endRow: rows))
                }
            }
        }
        return (losses, panels)
    }
}
