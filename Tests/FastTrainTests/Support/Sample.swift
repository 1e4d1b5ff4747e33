@testable import FastTrain

/// Small values to save, with numbers that a careless round trip would lose.
enum Sample {
    static let classes = ["naught", "\"one\"\n", "zwölf"]

    static var recipe: Recipe {
        var recipe = Recipe()
        recipe.hidden = [3]
        recipe.loss = .crossEntropy
        recipe.optimizer = .adamw
        recipe.learningRate = 0.1 + 0.2
        recipe.epsilon = Double(Float.leastNormalMagnitude)
        recipe.weightDecay = 1e-300
        recipe.seed = .max
        return recipe
    }

    /// Parameters of a network with 4 inputs, a hidden layer of 3 units, and 3 outputs.
    static func parameters(from start: Float = 0, outputs: Int = 3) -> Parameters {
        var layers = [Parameters.Layer(inputs: 4, outputs: 3), Parameters.Layer(inputs: 3, outputs: outputs)]
        for layer in layers.indices {
            for index in layers[layer].weight.indices { layers[layer].weight[index] = start + Float(index) / 3 }
            for index in layers[layer].bias.indices { layers[layer].bias[index] = start - Float(index) / 7 }
        }
        layers[0].weight[0] = -0.0
        layers[0].weight[1] = .leastNonzeroMagnitude
        layers[0].weight[2] = .greatestFiniteMagnitude
        return Parameters(layers: layers)
    }

    static func record(_ epoch: Int, stepsPerEpoch: Int = 10) -> EpochRecord {
        EpochRecord(
            epoch: epoch, step: epoch * stepsPerEpoch, trainLoss: 1.0 / 3 / Double(epoch), validationLoss: 0.1 + 0.2,
            validationAccuracy: .leastNonzeroMagnitude, learningRate: 0.001.nextUp, samplesPerSecond: 123_456.789,
            seconds: 1e22)
    }

    static var model: Model {
        try! Model(
            recipe: recipe, featureShape: [2, 2], scale: 1 / 255, task: .classification(classes: classes),
            parameters: parameters())
    }

    /// A checkpoint of a run with 10 steps per epoch. At step 27, 2 epochs are finished.
    static func checkpoint(
        step: Int = 27, recipe: Recipe = recipe, fingerprint: String = "0123456789abcdef"
    ) -> Checkpoint {
        var optimizer: [String: Parameters] = [:]
        for name in recipe.optimizerState { optimizer[name] = parameters(from: Float(name.count)) }
        let epochs = step / 10
        return Checkpoint(
            recipe: recipe, fingerprint: fingerprint, featureShape: [2, 2], scale: 1 / 255,
            task: .classification(classes: classes),
            state: TrainingState(
                parameters: parameters(), average: recipe.ema == nil ? nil : parameters(from: 5), optimizer: optimizer,
                best: epochs > 0 ? .init(epoch: epochs, parameters: parameters(from: 9)) : nil, step: step,
                lossSum: 1.0 / 3, history: epochs > 0 ? (1...epochs).map { record($0) } : []))
    }
}

extension Parameters {
    /// The bits of all numbers, so that -0 differs from 0 and a NaN equals itself.
    var bits: [[UInt32]] { layers.flatMap { [$0.weight.map(\.bitPattern), $0.bias.map(\.bitPattern)] } }
}
