import Foundation
import Testing
import _TestSupport

@testable import FastTrain

/// Losses and weights as a user sees them: the quality of models, their predictions, and what is refused.
@Suite struct LossAndWeightTests {
    private func recipe(_ loss: Loss) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = [16]
        recipe.loss = loss
        recipe.learningRate = 0.02
        recipe.batchSize = 16
        recipe.epochs = 60
        recipe.validation = 0
        return recipe
    }

    @Test func twoClassesUseOneOutput() throws {
        let data = try SmallData.classes(2, rows: 200, testRows: 50)
        let outcome = try Training(recipe(.binaryCrossEntropy), on: data).train()
        let model = outcome.model
        #expect(model.network.outputs == 1 && model.hasProbabilities)
        #expect(outcome.test!.accuracy! > 0.9)
        let predictions = try model.predict(data.test!)
        #expect(predictions.outputs == 2)
        var right = 0
        for row in 0..<50 {
            #expect(predictions.values[2 * row] + predictions.values[2 * row + 1] == 1)
            right += predictions.bestClass(row) == data.test!.label(row) ? 1 : 0
        }
        #expect(Double(right) / 50 == outcome.test!.accuracy!)
        let folder = ScratchFolder()
        try model.save(to: folder.file("m.safetensors"))
        #expect(try Model(path: folder.file("m.safetensors")).predict(data.test!) == predictions)
    }

    @Test func manyClassesOneAgainstTheRest() throws {
        let data = try SmallData.classes(3, rows: 200, testRows: 50)
        let outcome = try Training(recipe(.binaryCrossEntropy), on: data).train()
        #expect(outcome.model.network.outputs == 3 && outcome.test!.accuracy! > 0.85)
    }

    @Test func labelsAreScoredByExactMatch() throws {
        var random = TestRandom(5)
        let features = random.floats(300 * 4)
        func targets(_ rows: Range<Int>) -> [Float] {
            rows.flatMap { row in (0..<3).map { features[4 * row + $0] > 0.2 * Float($0) ? 1 : 0 } }
        }
        let data = try Dataset(
            name: "labels", features: Array(features[..<800]), featureShape: [4], targets: targets(0..<200),
            targetNames: ["a", "b", "c"], testFeatures: Array(features[800...]), testTargets: targets(200..<300))
        var recipe = recipe(.binaryCrossEntropy)
        recipe.validation = 0.1
        let outcome = try Training(recipe, on: data).train()
        let test = outcome.test!
        #expect(test.r2 == nil && test.confusionMatrix == nil && test.accuracy! > 0.8)
        #expect(outcome.history.allSatisfy { $0.validationAccuracy != nil && $0.validationR2 == nil })
        let values = try outcome.model.predict(data.test!).values
        #expect(values.allSatisfy { (0...1).contains($0) })
        let truth = targets(200..<300)
        let right = (0..<100).filter { row in
            (3 * row..<3 * row + 3).allSatisfy { (values[$0] > 0.5) == (truth[$0] == 1) }
        }
        #expect(Double(right.count) / 100 == test.accuracy!)
        guard case .multilabel(_, let labels) = test.score else { fatalError("labels") }
        for (column, label) in labels.enumerated() {
            let holds = (0..<100).filter { truth[3 * $0 + column] == 1 }
            let predicted = (0..<100).filter { values[3 * $0 + column] > 0.5 }
            let hits = Set(holds).intersection(predicted).count
            #expect(label.name == ["a", "b", "c"][column] && label.support == holds.count)
            #expect(label.recall == Double(hits) / Double(holds.count))
            #expect(label.precision == Double(hits) / Double(predicted.count))
        }
    }

    @Test func poissonLossLearnsCounts() throws {
        var random = TestRandom(6)
        let features = random.floats(300 * 2)
        func targets(_ rows: Range<Int>) -> [Float] {
            rows.map { (3 * exp(features[2 * $0] + 0.5 * features[2 * $0 + 1])).rounded() }
        }
        let data = try Dataset(
            name: "counts", features: Array(features[..<400]), featureShape: [2], targets: targets(0..<200),
            targetNames: ["n"], testFeatures: Array(features[400...]), testTargets: targets(200..<300))
        let outcome = try Training(recipe(.poisson), on: data).train()
        #expect(outcome.test!.r2! > 0.95)
        let values = try outcome.model.predict(data.test!).values
        let truth = targets(200..<300)
        let mean = truth.reduce(0, +) / 100
        let residual = zip(values, truth).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let spread = truth.reduce(Float(0)) { $0 + ($1 - mean) * ($1 - mean) }
        #expect(abs(Double(1 - residual / spread) - outcome.test!.r2!) < 1e-4)
    }

    /// The predicted logarithm of a count can be very large if training goes wrong.
    @Test func expectedCountsOfAnyMagnitude() throws {
        let data = try Dataset(
            name: "counts", features: [-1, 1, 0, 2], featureShape: [1], targets: [0, 3, 1, 2], targetNames: ["n"])
        var layer = Parameters.Layer(inputs: 1, outputs: 1)
        for weight: Float in [-1e20, 1e20, 3e38] {
            layer.weight = [weight]
            var linear = recipe(.poisson)
            linear.hidden = []
            let model = try Model(
                recipe: linear, featureShape: [1], scale: nil, task: data.task,
                parameters: Parameters(layers: [layer]))
            #expect(try model.evaluate(data.train).r2! < 0)
        }
    }

    /// Outliers move the mean, which the squared error learns, but not the median.
    @Test(arguments: [Loss.absoluteError, .huber])
    func robustLossesIgnoreOutliers(loss: Loss) throws {
        var random = TestRandom(7)
        let features = random.floats(200)
        let targets = features.enumerated().map { $0.offset % 10 == 0 ? 100 : 2 * $0.element }
        let data = try Dataset(
            name: "outliers", features: features, featureShape: [1], targets: targets, targetNames: ["y"])
        func error(_ loss: Loss) throws -> Float {
            let model = try Training(recipe(loss), on: data).train().model
            let values = try model.predict(data.train).values
            return (0..<200).filter { $0 % 10 != 0 }.map { abs(values[$0] - targets[$0]) }.reduce(0, +) / 180
        }
        let (robust, plain) = (try error(loss), try error(.squaredError))
        #expect(robust < 0.7 && plain > 3, "\(robust) \(plain)")
    }

    private func weighted(_ data: Dataset, _ weights: [Float]?) throws -> Dataset {
        guard case .f32(let features) = data.train.features else { fatalError("floats") }
        let count = data.train.count
        defer { extendLifetime(data) }
        return try Dataset(
            name: "weighted", features: Array(UnsafeBufferPointer(start: features, count: count * data.featureCount)),
            featureShape: data.featureShape, labels: (0..<count).map { data.train.label($0) },
            classes: ["a", "b", "c"], weights: weights)
    }

    @Test func weightsOfOneChangeNothing() throws {
        let data = try SmallData.classes(3, rows: 70)
        var recipe = recipe(.crossEntropy)
        recipe.epochs = 3
        let plain = try Training(recipe, on: data).train()
        let ones = try weighted(data, [Float](repeating: 1, count: 70))
        let outcome = try Training(recipe, on: ones).train()
        #expect(outcome.model.parameters == plain.model.parameters)
        #expect(outcome.history.map(\.trainLoss) == plain.history.map(\.trainLoss))
        recipe.classWeight = .given([1, 1, 1])
        let same = try Training(recipe, on: data).train().model.parameters == plain.model.parameters
        #expect(same)
    }

    /// With one minibatch per epoch, a row of weight 2 counts as two rows, and one of weight 0 does not count.
    @Test func weightsActAsRepeatedRows() throws {
        let data = try SmallData.classes(3, rows: 40)
        let weights = (0..<40).map { Float($0 % 3) }
        guard case .f32(let features) = data.train.features else { fatalError("floats") }
        let rows = (0..<40).flatMap { Array(repeating: $0, count: $0 % 3) }
        let repeated = try Dataset(
            name: "repeated", features: rows.flatMap { row in (0..<6).map { features[6 * row + $0] } },
            featureShape: [6], labels: rows.map { data.train.label($0) }, classes: ["a", "b", "c"])
        extendLifetime(data)
        var recipe = recipe(.crossEntropy)
        recipe.batchSize = 1000
        recipe.shuffle = false
        recipe.epochs = 5
        let byWeight = try Training(recipe, on: weighted(data, weights)).train()
        let byRows = try Training(recipe, on: repeated).train()
        for (a, b) in zip(byWeight.history, byRows.history) { #expect(abs(a.trainLoss - b.trainLoss) < 1e-6) }
        let pairs = zip(byWeight.model.parameters.flat, byRows.model.parameters.flat)
        let worst = pairs.map { abs($0 - $1) }.max()!
        #expect(worst < 1e-4)
    }

    @Test func balancedWeightsFindRareClasses() throws {
        // One row in 20 belongs to the second class, which overlaps with the first.
        var random = TestRandom(9)
        let noise = random.floats(400)
        let labels = (0..<400).map { $0 % 20 == 0 ? 1 : 0 }
        let features = zip(noise, labels).map { $0 + ($1 == 1 ? 0.8 : 0) }
        let data = try Dataset(
            name: "rare", features: features, featureShape: [1], labels: labels, classes: ["often", "rare"],
            testFeatures: features, testLabels: labels)
        var recipe = recipe(.crossEntropy)
        // A minibatch's loss is its own weighted mean. A small minibatch without a rare row would count too much.
        recipe.batchSize = 400
        recipe.epochs = 200
        func recall() throws -> Double {
            try Training(recipe, on: data).train().test!.confusionMatrix!.classScores[1].recall
        }
        let plain = try recall()
        recipe.classWeight = .balanced
        let balanced = try recall()
        #expect(plain < 0.5 && balanced > 0.7, "\(plain) \(balanced)")
    }

    /// If the run stops in the middle of an epoch and resumes, the sums of weighted losses continue exactly.
    @Test func weightedRunsResumeExactly() throws {
        let data = try SmallData.weighted(rows: 90)
        var recipe = recipe(.binaryCrossEntropy)
        recipe.epochs = 3
        recipe.validation = 0.2
        recipe.classWeight = .given([1, 3])
        try expectSameWhenStopped(recipe, on: data, at: [1, 4, 7, 12])
    }

    @Test func refusals() throws {
        func message(_ change: (inout Recipe) -> Void, _ data: Dataset) -> String {
            var recipe = Recipe()
            change(&recipe)
            do {
                _ = try Training(recipe, on: data)
                return "nothing"
            } catch { return "\(error)" }
        }
        let classes = try SmallData.classes()
        let values = try SmallData.values()
        #expect(
            message({ $0.loss = .poisson }, classes)
                == "loss: expected one of cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber for "
                + "the classes in small classes, found poisson")
        #expect(
            message({ $0.loss = .crossEntropy }, values).hasPrefix(
                "loss: expected one of binary-cross-entropy, squared-error"))
        #expect(
            message({ $0.loss = .poisson }, values).hasPrefix(
                "`loss` poisson: expected targets of at least 0 in small values, found -"))
        #expect(
            message({ $0.loss = .binaryCrossEntropy }, values).hasPrefix(
                "`loss` binary-cross-entropy: expected targets from 0 to 1 in small values, found "))
        #expect(
            message({ $0.classWeight = .balanced }, values)
                == "classWeight: expected none for the numbers in small values")
        #expect(
            message({ $0.classWeight = .given([1, 2]) }, classes)
                == "classWeight: expected 3 numbers, one for each class of small classes, found 2")
        #expect(
            message({ $0.classWeight = .given([0, 0, 0]) }, classes)
                == "classWeight: expected numbers of at least 0, one of them above, found 0.0,0.0,0.0")
        #expect(
            message(
                {
                    $0.loss = .huber
                    $0.labelSmoothing = 0.1
                }, classes) == "labelSmoothing: expected 0 with the loss huber, found 0.1")
        #expect(message({ $0.huberDelta = 0 }, values) == "huberDelta: expected a number above 0, found 0.0")
    }
}
