import Foundation
import Testing
import _TestSupport

@testable import FastTrain

/// 200 steps of each optimizer from the same weights as PyTorch. Tests/References/make_references.py recorded PyTorch's
/// numbers.
@Suite struct PyTorchReferenceTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("References").path

    static let cases = try! FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasPrefix("training-") }.sorted()

    @Test func allCasesExist() {
        // There are three kinds of SGD, and L-BFGS has its own files. Each loss also has two normalizations and eight
        // regularizations.
        #expect(PyTorchReferenceTests.cases.count == 4 * (Optimizer.allCases.count + 1) + 4 + 2 * 8)
    }

    @Test(arguments: cases)
    func lossesAndWeightsMatchPyTorch(name: String) throws {
        let file = try SafeTensors(path: PyTorchReferenceTests.folder + "/" + name)
        let recipe = try recipe(file.metadata)
        let data = try dataset(file)
        let initial = try parameters(file, "initial.", recipe, data)
        let training = try Training(recipe, on: data, options: RunOptions(threads: 2, initial: initial))
        let session = RunLoop(training)
        var losses: [Double] = []
        session.onStep = { losses.append($1) }
        try session.run()

        let expected = try file.floats("losses", shape: [200])
        #expect(losses.count == 200)
        for (step, (found, reference)) in zip(losses, expected).enumerated() {
            #expect(
                abs(found - Double(reference)) <= 1e-5 * abs(Double(reference)),
                "step \(step): \(found), \(reference)")
        }
        let final = try parameters(file, "final.", recipe, data)
        let worst = zip(session.evaluated.flat, final.flat).map { abs($0 - $1) }.max()!
        #expect(worst <= 1e-4, "weights differ by \(worst)")
    }

    @Test(arguments: [Schedule.cosine, .oneCycle, .step, .exponential, .plateau])
    func schedulesMatchPyTorch(schedule: Schedule) throws {
        let file = try SafeTensors(path: PyTorchReferenceTests.folder + "/schedules.safetensors")
        let expected = try file.floats(schedule.rawValue, shape: [200])
        let losses = try file.floats("plateau.losses", shape: [50])
        var recipe = Recipe()
        recipe.schedule = schedule
        recipe.learningRate = 0.1
        recipe.gamma = [.step: 0.5, .exponential: 0.95, .plateau: 0.3][schedule]
        recipe.decayEpochs = schedule == .plateau ? 2 : 7
        recipe.monitor = .trainLoss
        let rates = LearningRate(recipe, steps: 200, stepsPerEpoch: 4, rows: 50)
        for step in 0..<200 {
            let history = losses.prefix(step / 4).enumerated().map { index, loss in
                EpochRecord(
                    epoch: index + 1, step: 4 * (index + 1), trainLoss: Double(loss), validationLoss: nil,
                    validationAccuracy: nil, validationR2: nil, learningRate: 0.1, samplesPerSecond: 1, seconds: 1)
            }
            let rate = rates.rate(step, history: history)
            #expect(abs(rate - Double(expected[step])) < 1e-8, "step \(step): \(rate), \(expected[step])")
        }
    }

    @Test(arguments: Activation.allCases, [Loss.crossEntropy, .squaredError])
    func gradientsMatchPyTorch(activation: Activation, loss: Loss) throws {
        let file = try SafeTensors(path: PyTorchReferenceTests.folder + "/gradients.safetensors")
        let features = try file.floats("x", shape: [16, 6])
        let data: Dataset
        if loss == .crossEntropy {
            data = try Dataset(
                name: "reference", features: features, featureShape: [6], labels: labels(file, loss.rawValue + ".y"),
                classes: ["a", "b", "c", "d"])
        } else {
            data = try Dataset(
                name: "reference", features: features, featureShape: [6],
                targets: file.floats(loss.rawValue + ".y", shape: [16, 2]), targetNames: ["p", "q"])
        }
        var recipe = Recipe()
        recipe.hidden = [8, 5]
        recipe.activation = [activation]
        recipe.loss = loss
        let initial = try parameters(file, loss.rawValue + ".initial.", recipe, data)
        let (mean, gradient) = try StepEngine.gradient(of: recipe, at: initial, on: data, rows: 16)
        let prefix = "\(loss.rawValue).\(activation.rawValue)."
        let reference = try file.floats(prefix + "loss", shape: [1])[0]
        #expect(abs(mean - Double(reference)) < 1e-5 * Double(reference))
        let expected = try parameters(file, prefix + "gradient.", recipe, data)
        for (found, reference) in zip(gradient.flat, expected.flat) {
            #expect(abs(found - reference) <= 1e-6 + 1e-5 * abs(reference))
        }
    }

    private func recipe(_ metadata: [String: String]) throws -> Recipe {
        var recipe = Recipe()
        recipe.hidden = metadata["hidden"]!.split(separator: ",").map { Int($0)! }
        recipe.activation = [Activation(rawValue: metadata["activation"]!)!]
        recipe.normalization = metadata["normalization"].flatMap(Normalization.init) ?? .none
        recipe.loss = Loss(rawValue: metadata["loss"]!)!
        recipe.optimizer = Optimizer(rawValue: metadata["optimizer"]!)!
        recipe.learningRate = Double(metadata["learning_rate"]!)!
        recipe.momentum = Double(metadata["momentum"]!)!
        recipe.nesterov = metadata["nesterov"] == "true"
        recipe.weightDecay = Double(metadata["weight_decay"]!)!
        recipe.l1 = metadata["l1"].flatMap(Double.init) ?? 0
        recipe.clipValue = metadata["clip_value"].flatMap(Double.init)
        recipe.clipNorm = metadata["clip_norm"].flatMap(Double.init)
        recipe.maxNorm = metadata["max_norm"].flatMap(Double.init)
        recipe.ema = metadata["ema"].flatMap(Double.init)
        recipe.batchSize = Int(metadata["batch_size"]!)!
        recipe.epochs = Int(metadata["epochs"]!)!
        recipe.validation = 0
        recipe.shuffle = false
        recipe.schedule = .constant
        return recipe
    }

    func dataset(_ file: SafeTensors) throws -> Dataset {
        let features = try file.floats("train.x", shape: [50, 6])
        if file.metadata["loss"] == "cross-entropy" {
            return try Dataset(
                name: "reference", features: features, featureShape: [6], labels: labels(file, "train.y"),
                classes: ["a", "b", "c", "d"])
        }
        return try Dataset(
            name: "reference", features: features, featureShape: [6], targets: file.floats("train.y", shape: [50, 2]),
            targetNames: ["p", "q"])
    }

    func labels(_ file: SafeTensors, _ name: String) -> [Int] {
        file.bytes(of: file[name]!).assumingMemoryBound(to: Int64.self).map { Int($0) }
    }

    func parameters(
        _ file: SafeTensors, _ prefix: String, _ recipe: Recipe, _ data: Dataset
    ) throws -> Parameters {
        let network = recipe.network(for: data)
        return try ParameterTensors(
            network, modules: (0..<network.layerCount).map(recipe.moduleIndex), prefix: prefix, suffix: "",
            hasRunning: true
        ).read(file)
    }
}
