import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

/// Tests the gradients of every layer, loss and activation against finite differences of a plain network in Double.
@Suite struct GradientTests {
    @Test(arguments: Activation.allCases, Loss.allCases)
    func equalsFiniteDifferences(activation: Activation, loss: Loss) throws {
        try compare(activation, loss, dropout: [], inputDropout: 0)
    }

    /// Dropout in a step whose random numbers are known.
    @Test(arguments: Activation.allCases, Loss.allCases)
    func equalsFiniteDifferencesWithDropout(activation: Activation, loss: Loss) throws {
        try compare(activation, loss, dropout: [0.3, 0.5], inputDropout: 0.2)
        try compare(activation, loss, dropout: [0.4], inputDropout: 0)
    }

    @Test func equalsFiniteDifferencesWithLabelSmoothing() throws {
        try compare(.tanh, .crossEntropy, dropout: [], inputDropout: 0, smoothing: 0.2)
    }

    @Test(arguments: [Activation.relu, .tanh, .gelu, .sigmoid], [Normalization.batch, .layer])
    func equalsFiniteDifferencesWithNormalization(activation: Activation, normalization: Normalization) throws {
        for loss in Loss.allCases {
            try compare(activation, loss, dropout: [], inputDropout: 0, normalization: normalization)
            try compare(activation, loss, dropout: [0.3, 0.5], inputDropout: 0.2, normalization: normalization)
        }
    }

    private func compare(
        _ activation: Activation, _ loss: Loss, dropout: [Double], inputDropout: Double, smoothing: Double = 0,
        normalization: Normalization = .none
    ) throws {
        for data in [try SmallData.classes(), try SmallData.values()] {
            guard loss.output.fits(data.task) else { continue }
            var recipe = Recipe()
            recipe.hidden = [7, 5]
            recipe.activation = [activation]
            recipe.normalization = normalization
            recipe.loss = loss
            recipe.dropout = dropout
            recipe.inputDropout = inputDropout
            recipe.labelSmoothing = smoothing
            let rows = 20
            let step = 1234
            let parameters = somewhere(
                Network(inputs: 6, hidden: [7, 5], outputs: data.outputCount, normalization: normalization))
            let (mean, gradient) = try StepEngine.gradient(
                of: recipe, at: parameters, on: data, rows: rows, step: step)
            let (features, sharp) = plainRows(data, rows)
            let targets =
                smoothing == 0
                ? sharp : sharp.map { row in row.map { $0 * (1 - smoothing) + smoothing / Double(row.count) } }
            var plain = parameters.plain(activation: activation, loss: loss)
            plain.normalization = normalization.rawValue
            let rates = [inputDropout] + recipe.dropoutRates
            plain.dropout = { [seed = recipe.seed] layer, row, unit in
                let draw = DropoutTests.draw(seed: seed, layer: layer, step: step, row: row, unit: unit)
                return Double(draw) < rates[layer] * 0x1p32 ? 0 : 1 / (1 - rates[layer])
            }
            #expect(abs(mean - plain.meanLoss(features, targets)) < 1e-5 * max(1, mean))

            /// Checks one element of the gradient.
            ///
            /// - Parameters:
            ///   - found: The element.
            ///   - place: Its name in a failure.
            ///   - move: Adds a number to the parameter of the element.
            func check(_ found: Float, _ place: String, _ move: (inout PlainNetwork, Double) -> Void) {
                let h = 1e-5
                func lossAt(_ offset: Double) -> Double {
                    var moved = plain
                    move(&moved, offset)
                    return moved.meanLoss(features, targets)
                }
                let expected = (lossAt(h) - lossAt(-h)) / (2 * h)
                #expect(
                    abs(Double(found) - expected) < 2e-5 + 1e-4 * abs(expected),
                    "\(place): \(found), expected \(expected)")
            }
            for (layer, shape) in gradient.layers.enumerated() {
                for o in 0..<shape.outputs {
                    for i in 0..<shape.inputs {
                        check(shape.weight[o * shape.inputs + i], "weight \(layer) \(o) \(i)") {
                            $0.weight[layer][o][i] += $1
                        }
                    }
                    check(shape.bias[o], "bias \(layer) \(o)") { $0.bias[layer][o] += $1 }
                    guard let numbers = shape.normalization else { continue }
                    check(numbers.scale[o], "scale \(layer) \(o)") { $0.scale[layer][o] += $1 }
                    check(numbers.shift[o], "shift \(layer) \(o)") { $0.shift[layer][o] += $1 }
                }
            }
        }
    }

    /// Returns parameters away from the kinks of the activations: no bias is zero.
    private func somewhere(_ network: Network) -> Parameters {
        var random = TestRandom(5)
        var recipe = Recipe()
        recipe.hidden = Array(network.widths[1..<network.layerCount])
        recipe.activation = [.tanh]
        recipe.seed = 3
        var parameters = network.initialParameters(recipe)
        for layer in parameters.layers.indices {
            for index in parameters.layers[layer].bias.indices {
                parameters.layers[layer].bias[index] = 0.3 * random.float()
                parameters.layers[layer].normalization?.scale[index] = 1 + 0.5 * random.float()
                parameters.layers[layer].normalization?.shift[index] = 0.3 * random.float()
            }
        }
        return parameters
    }
}
