import Foundation
import Testing

@testable import FastTrain

@Suite struct TrainingTests {
    /// The ten lines of the README.
    @Test func tenLinesOfTheREADME() throws {
        let data = try Dataset.mnistSample()
        var recipe = Recipe()
        recipe.hidden = [64]
        recipe.epochs = 5
        let training = try Training(recipe, on: data)
        let outcome = try training.train()
        let accuracy = outcome.test!.accuracy!
        let predictions = try outcome.model.predict(data.test!)
        #expect(accuracy > 0.88)
        #expect(predictions.count == 1000 && predictions.outputs == 10)
        let right = (0..<1000).filter { predictions.bestClass($0) == data.test!.label($0) }.count
        #expect(Double(right) / 1000 == accuracy)
        #expect(abs(predictions.values[0..<10].reduce(0, +) - 1) < 1e-6)
    }

    @Test func learnsALine() throws {
        let x = (0..<64).map { Float($0) / 32 - 1 }
        let data = try Dataset(
            name: "line", features: x, featureShape: [1], targets: x.map { 3 * $0 - 0.5 }, targetNames: ["y"])
        var recipe = Recipe()
        recipe.hidden = []
        recipe.optimizer = .sgd
        recipe.learningRate = 0.05
        recipe.batchSize = 8
        recipe.epochs = 60
        let outcome = try Training(recipe, on: data).train()
        #expect(abs(outcome.model.parameters.layers[0].weight[0] - 3) < 1e-3)
        #expect(abs(outcome.model.parameters.layers[0].bias[0] + 0.5) < 1e-3)
        #expect(outcome.validation!.r2! > 0.9999)
    }

    /// The step is too small to change a loss, so the losses are those of the same network.
    @Test func labelSmoothingAppliesToTrainingOnly() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = Recipe()
        recipe.hidden = [5]
        recipe.epochs = 1
        recipe.optimizer = .sgd
        recipe.learningRate = 1e-30
        let sharp = try Training(recipe, on: data).train()
        recipe.labelSmoothing = 0.5
        let smooth = try Training(recipe, on: data).train()
        #expect(smooth.history[0].trainLoss != sharp.history[0].trainLoss)
        #expect(smooth.history[0].validationLoss == sharp.history[0].validationLoss)
        #expect(smooth.validation == sharp.validation)
        recipe.labelSmoothing = 0.1
        let numbers = try SmallData.values()
        #expect(exitCode { _ = try Training(recipe, on: numbers) } == 64)
    }

    @Test func learnsXOR() throws {
        let data = try Dataset(
            name: "xor", features: [0, 0, 0, 1, 1, 0, 1, 1], featureShape: [2], labels: [0, 1, 1, 0],
            classes: ["0", "1"])
        var recipe = Recipe()
        recipe.hidden = [8, 8, 8]
        recipe.batchSize = 4
        recipe.epochs = 300
        recipe.learningRate = 0.01
        recipe.validation = 0
        let outcome = try Training(recipe, on: data).train()
        #expect(try outcome.model.evaluate(data.train).accuracy == 1)
    }

    @Test func divergenceWritesNoModel() throws {
        let data = try SmallData.values()
        var recipe = Recipe()
        recipe.optimizer = .sgd
        recipe.learningRate = 1e12
        recipe.epochs = 50
        let folder = ScratchFolder()
        let output = folder.file("run")
        let training = try Training(recipe, on: data, options: RunOptions(output: output))
        do {
            _ = try training.train()
            Issue.record("a run with a learning rate of 1e12 ended well")
        } catch {
            guard case .diverged = error else {
                Issue.record("\(error)")
                return
            }
            #expect(error.exitCode == 76)
        }
        #expect(!FileManager.default.fileExists(atPath: output + "/model.safetensors"))
    }

    @Test func keepsTheBestEpoch() throws {
        let data = try SmallData.classes(rows: 80)
        var recipe = Recipe()
        recipe.learningRate = 0.05
        recipe.epochs = 12
        let outcome = try Training(recipe, on: data).train()
        let losses = outcome.history.map { $0.validationLoss! }
        #expect(outcome.bestEpoch == losses.firstIndex(of: losses.min()!)! + 1)
        #expect(outcome.validation!.loss == losses.min()!)
    }

    @Test func refusals() throws {
        let classes = try SmallData.classes()
        let values = try SmallData.values()
        var recipe = Recipe()
        recipe.loss = .crossEntropy
        expectUsage { try Training(recipe, on: values) }
        recipe = Recipe()
        recipe.hidden = [0]
        expectUsage { try Training(recipe, on: classes) }
        recipe = Recipe()
        expectUsage { try Training(recipe, on: classes, options: RunOptions(threads: 0)) }
        expectUsage { try Training(recipe, on: classes, options: RunOptions(checkpointEvery: 0)) }
        let other = Network(inputs: 2, hidden: [], outputs: 2).zeroParameters()
        expectUsage { try Training(recipe, on: classes, options: RunOptions(initial: other)) }
        let model = try Training(recipe, on: classes).train().model
        #expect(throws: FastTrainError.self) { try model.evaluate(values.train) }
        let wider = try SmallData.classes(features: 9)
        #expect(throws: FastTrainError.self) { try model.predict(wider.train) }
    }

    @Test func resumingWithOtherDataIsRefused() throws {
        let folder = ScratchFolder()
        let output = folder.file("run")
        _ = try Training(Recipe(), on: SmallData.classes(rows: 60), options: RunOptions(output: output)).train()
        #expect(throws: FastTrainError.self) { try Training.resume(output, data: SmallData.classes(rows: 61)) }
    }

    @Test func moreEpochsContinueTheRun() throws {
        let data = try SmallData.classes(rows: 60)
        var recipe = Recipe()
        recipe.epochs = 2
        recipe.schedule = .constant
        let folder = ScratchFolder()
        let output = folder.file("run")
        _ = try Training(recipe, on: data, options: RunOptions(output: output)).train()
        let longer = try Training.resume(output, epochs: 5, data: data).train()
        recipe.epochs = 5
        let straight = try Training(recipe, on: data).train()
        #expect(longer.model.parameters == straight.model.parameters)
        expectUsage { try Training.resume(output, epochs: 3, data: data) }
    }

    private func expectUsage<T>(_ body: () throws -> T) {
        do {
            _ = try body()
            Issue.record("was not refused")
        } catch {
            #expect((error as? FastTrainError)?.exitCode == 64, "\(error)")
        }
    }
}
