import KernelDispatch
import Testing
import _TestSupport

@testable import FastTrain

/// The gradient of every layer, loss and activation against finite differences of a plain network in Double.
@Suite struct GradientTests {
    @Test(arguments: Activation.allCases, Loss.allCases)
    func equalsFiniteDifferences(activation: Activation, loss: Loss) throws {
        for data in [try SmallData.classes(), try SmallData.values()] {
            if case .regression = data.task, loss == .crossEntropy { continue }
            var recipe = Recipe()
            recipe.hidden = [7, 5]
            recipe.activation = activation
            recipe.loss = loss
            let rows = 20
            let parameters = somewhere(Network(inputs: 6, hidden: [7, 5], outputs: data.outputCount))
            let (mean, gradient) = try TrainingEngine.gradient(of: recipe, at: parameters, on: data, rows: rows)
            let (features, targets) = plainRows(data, rows)
            let plain = parameters.plain(activation: activation, loss: loss)
            #expect(abs(mean - plain.meanLoss(features, targets)) < 1e-5 * max(1, mean))

            let h = 1e-5
            for layer in parameters.layers.indices {
                let shape = parameters.layers[layer]
                for o in 0..<shape.outputs {
                    for i in 0...shape.inputs {
                        func lossAt(_ offset: Double) -> Double {
                            var moved = plain
                            if i < shape.inputs {
                                moved.weight[layer][o][i] += offset
                            } else {
                                moved.bias[layer][o] += offset
                            }
                            return moved.meanLoss(features, targets)
                        }
                        let expected = (lossAt(h) - lossAt(-h)) / (2 * h)
                        let found =
                            i < shape.inputs
                            ? gradient.layers[layer].weight[o * shape.inputs + i] : gradient.layers[layer].bias[o]
                        #expect(
                            abs(Double(found) - expected) < 2e-5 + 1e-4 * abs(expected),
                            "layer \(layer) output \(o) input \(i): \(found), expected \(expected)")
                    }
                }
            }
        }
    }

    /// Parameters away from the kinks: no bias is zero.
    private func somewhere(_ network: Network) -> Parameters {
        var random = TestRandom(5)
        var parameters = network.initialParameters(activation: .tanh, seed: 3)
        for layer in parameters.layers.indices {
            for index in parameters.layers[layer].bias.indices {
                parameters.layers[layer].bias[index] = 0.3 * random.float()
            }
        }
        return parameters
    }
}
