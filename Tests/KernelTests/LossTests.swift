import Foundation
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
                let (losses, gradient) = run(.crossEntropy, kernels, logits, rows: rows, labels: labels)
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
                    .crossEntropy, kernels, logits, rows: rows, labels: labels, smoothing: smoothing)
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
                    // The padding of the gradient is 0, so the padding of the weights stays 0.
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
                let (losses, gradient) = run(.squaredError, kernels, values, rows: rows, targets: targets)
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

    @Test func squaredErrorEncodesLabelsOneHot() {
        for kernels in supportedKernels() {
            let (losses, gradient) = run(.squaredError, kernels, [0.5, 0.25, 1], rows: 1, labels: [2])
            #expect(losses == [0.3125])
            #expect(gradient.values == [0.25, 0.125, 0])
        }
    }

    /// Losses of a single output and their derivatives, as defined.
    private let definitions: [(KernelLoss, (Double, Double) -> Double, (Double, Double) -> Double)] = [
        (
            .binaryCrossEntropy, { z, y in max(z, 0) - y * z + log1p(exp(-abs(z))) },
            { z, y in 1 / (1 + exp(-z)) - y }
        ),
        (.absoluteError, { z, y in abs(z - y) }, { z, y in z > y ? 1 : z < y ? -1 : 0 }),
        (
            .huber, { z, y in abs(z - y) <= 1.5 ? (z - y) * (z - y) / 2 : 1.5 * (abs(z - y) - 0.75) },
            { z, y in min(max(z - y, -1.5), 1.5) }
        ),
        (.poisson, { z, y in exp(z) - y * z }, { z, y in exp(z) - y }),
    ]

    @Test func lossesOfSingleOutputsAndTheirGradients() {
        var random = TestRandom(24)
        for kernels in supportedKernels() {
            for (loss, value, derivative) in definitions {
                for outputs in [1, 2, 16, 33] {
                    let rows = 6
                    var values = random.floats(rows * outputs).map { $0 * 9 }
                    let targets = random.floats(rows * outputs).map { loss == .poisson ? abs($0) * 5 : ($0 + 1) / 2 }
                    values[0] = targets[0]
                    let weights: [Float] = [1, 0.5, 0, 3, 1, 2]
                    let (losses, gradient) = run(
                        loss, kernels, values, rows: rows, targets: targets, weights: weights)
                    for row in 0..<rows {
                        var sum = 0.0
                        var size = 1.0
                        for k in row * outputs..<(row + 1) * outputs {
                            let (z, y, weight) = (Double(values[k]), Double(targets[k]), Double(weights[row]))
                            sum += value(z, y) * weight
                            size += abs(value(z, y) * weight)
                            let expected = derivative(z, y) * weight * 0.25
                            #expect(abs(Double(gradient[row, k % outputs]) - expected) < 1e-6 * max(1, abs(expected)))
                        }
                        #expect(abs(Double(losses[row]) - sum) < 1e-6 * size)
                    }
                }
            }
        }
    }

    @Test func binaryCrossEntropyOfACorrectAnswerKeepsItsPrecision() {
        for kernels in supportedKernels() {
            let (losses, _) = run(.binaryCrossEntropy, kernels, [20, -20], rows: 2, labels: [1, 0])
            for loss in losses { #expect(abs(loss - 2.0611537e-9) < 1e-14) }
        }
    }

    @Test func singleOutputOfTwoClassesHasTheLabelAsTarget() {
        for kernels in supportedKernels() {
            let byLabel = run(.binaryCrossEntropy, kernels, [0.3, -2, 5], rows: 3, labels: [1, 0, 1])
            let byTarget = run(.binaryCrossEntropy, kernels, [0.3, -2, 5], rows: 3, targets: [1, 0, 1])
            #expect(byLabel.losses == byTarget.losses && byLabel.gradient.values == byTarget.gradient.values)
        }
    }

    @Test func predictionsAreProbabilitiesOrExpectedValues() {
        for kernels in supportedKernels() {
            func predictions(_ loss: KernelLoss) -> [Double] {
                let panels = Panels([1, -2, 0.5], rows: 1, panelWidth: kernels.panelWidth)
                kernels.predictions(panels.matrix, loss: loss, rows: 0..<1)
                return panels.values.map { Double($0) }
            }
            let total = exp(1.0) + exp(-2.0) + exp(0.5)
            let expected: [(KernelLoss, [Double])] = [
                (.crossEntropy, [exp(1) / total, exp(-2) / total, exp(0.5) / total]),
                (.binaryCrossEntropy, [1, -2, 0.5].map { 1 / (1 + exp(-$0)) }),
                (.poisson, [exp(1), exp(-2), exp(0.5)]), (.squaredError, [1, -2, 0.5]), (.huber, [1, -2, 0.5]),
                (.absoluteError, [1, -2, 0.5]),
            ]
            for (loss, values) in expected {
                #expect(zip(predictions(loss), values).allSatisfy { abs($0 - $1) < 1e-6 })
            }
        }
    }

    @Test(arguments: [Float(0), 0.1])
    func rowWeightMultipliesCrossEntropy(smoothing: Float) {
        var random = TestRandom(25)
        let logits = random.floats(4 * 10)
        for kernels in supportedKernels() {
            let plain = run(
                .crossEntropy, kernels, logits, rows: 4, labels: [3, 0, 9, 1], smoothing: smoothing)
            let weighted = run(
                .crossEntropy, kernels, logits, rows: 4, labels: [3, 0, 9, 1], weights: [1, 2, 0, 0.5],
                smoothing: smoothing)
            for (row, weight) in [Float(1), 2, 0, 0.5].enumerated() {
                #expect(weighted.losses[row] == weight * plain.losses[row])
                for k in 0..<10 {
                    #expect(abs(weighted.gradient[row, k] - weight * plain.gradient[row, k]) < 1e-7)
                }
            }
        }
    }

    private static let losses: [KernelLoss] = [
        .crossEntropy, .binaryCrossEntropy, .squaredError, .absoluteError, .huber, .poisson,
    ]

    @Test(arguments: losses)
    func paddingOfTheGradientIsZero(loss: KernelLoss) {
        for kernels in supportedKernels() {
            let (_, gradient) = run(loss, kernels, [1, 2, 3], rows: 1, labels: [0])
            for lane in 3..<kernels.panelWidth { #expect(gradient.matrix.base[lane] == 0) }
            extendLifetime(gradient)
        }
    }

    @Test(arguments: losses)
    func nanOrInfiniteLogitMakesTheLossNotFinite(loss: KernelLoss) {
        for kernels in supportedKernels() {
            for bad in [Float.nan, .infinity] {
                let (losses, _) = run(loss, kernels, [1, bad, 3], rows: 1, labels: [0])
                #expect(!losses[0].isFinite)
            }
        }
    }

    @Test(arguments: losses, [Float(0), 0.1])
    func allInstructionSetsAgreeToTheBit(loss: KernelLoss, smoothing: Float) {
        var random = TestRandom(23)
        let logits = random.floats(50 * 37).map { $0 * 30 }
        let labels = (0..<50).map { Int32($0 % 37) }
        let weights = random.floats(50).map { abs($0) }
        let tables = supportedKernels()
        func result(_ kernels: KernelTable) -> [UInt32] {
            let (losses, gradient) = run(
                loss, kernels, logits, rows: 50, labels: labels, weights: weights, smoothing: smoothing)
            let predictions = Panels(logits, rows: 50, panelWidth: kernels.panelWidth)
            kernels.predictions(predictions.matrix, loss: loss, rows: 0..<50)
            return bits(losses) + bits(gradient.values) + bits(predictions.values)
        }
        let first = result(tables[0])
        for kernels in tables.dropFirst() {
            let isSame = result(kernels) == first
            #expect(isSame)
        }
    }

    private func run(
        _ loss: KernelLoss, _ kernels: KernelTable, _ outputs: [Float], rows: Int, labels: [Int32]? = nil,
        targets: [Float]? = nil, weights: [Float]? = nil, smoothing: Float = 0
    ) -> (losses: [Float], gradient: Panels) {
        let panels = Panels(outputs, rows: rows, panelWidth: kernels.panelWidth)
        defer { extendLifetime(panels) }
        var losses = [Float](repeating: 0, count: rows)
        losses.withUnsafeMutableBufferPointer { losses in
            (labels ?? []).withUnsafeBufferPointer { labels in
                (targets ?? []).withUnsafeBufferPointer { values in
                    (weights ?? []).withUnsafeBufferPointer { weights in
                        kernels.loss(
                            LossArguments(
                                loss, outputs: panels.matrix, labels: labels.baseAddress,
                                targets: targets == nil ? nil : values.baseAddress,
                                weights: weights.isEmpty ? nil : weights.baseAddress, losses: losses.baseAddress!,
                                scale: 0.25, smoothing: smoothing, delta: 1.5, rows: 0..<rows))
                    }
                }
            }
        }
        return (losses, panels)
    }
}
