import Foundation
import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

/// Small data sets that are equal in every run: classes that a network can separate, or values that it can learn.
enum SmallData {
    static func classes(_ classes: Int = 3, rows: Int = 50, features: Int = 6, testRows: Int = 0) throws -> Dataset {
        var random = TestRandom(77)
        func make(_ count: Int) -> (features: [Float], labels: [Int]) {
            let values = random.floats(count * features)
            let labels = (0..<count).map { row -> Int in
                let sum = values[row * features] + 0.5 * values[row * features + 1]
                return min(classes - 1, max(0, Int((sum + 1.5) / 3 * Float(classes))))
            }
            return (values, labels)
        }
        let train = make(rows)
        let test = make(testRows)
        return try Dataset(
            name: "small classes", features: train.features, featureShape: [features], labels: train.labels,
            classes: (0..<classes).map { "c\($0)" }, testFeatures: test.features, testLabels: test.labels)
    }

    /// Two classes whose rows have different weights, some of them 0.
    static func weighted(rows: Int = 50) throws -> Dataset {
        var random = TestRandom(80)
        let values = random.floats(rows * 6)
        let labels = (0..<rows).map { values[$0 * 6] + values[$0 * 6 + 1] > 0.4 ? 1 : 0 }
        return try Dataset(
            name: "weighted", features: values, featureShape: [6], labels: labels, classes: ["no", "yes"],
            weights: random.floats(rows).map { max(0, $0) * 3 })
    }

    /// Features of which four fifths are zero, as in MNIST.
    static func sparse(rows: Int = 50, features: Int = 150) throws -> Dataset {
        var random = TestRandom(79)
        let values = random.sparseFloats(rows * features, density: 0.2)
        return try Dataset(
            name: "sparse", features: values, featureShape: [features],
            labels: (0..<rows).map { row in (0..<3).max { values[row * features + $0] < values[row * features + $1] }!
            },
            classes: ["a", "b", "c"], testFeatures: [], testLabels: [])
    }

    static func values(_ outputs: Int = 2, rows: Int = 50, features: Int = 6) throws -> Dataset {
        var random = TestRandom(78)
        let values = random.floats(rows * features)
        let targets = (0..<rows * outputs).map { index in
            let row = index / outputs
            return values[row * features] * Float(index % outputs + 1) - values[row * features + 2]
        }
        return try Dataset(
            name: "small values", features: values, featureShape: [features], targets: targets,
            targetNames: (0..<outputs).map { "t\($0)" })
    }
}

extension StepEngine {
    /// Returns the gradient of the mean loss over the first `rows` rows of a data set, as the optimizer receives it. It
    /// is the momentum of SGD after the first step.
    static func gradient(
        of recipe: Recipe, at parameters: Parameters, on data: Dataset, rows: Int, step number: Int = 0,
        threads: Int = 1,
        kernels: KernelTable = InstructionSet.best.kernels
    ) throws -> (loss: Double, gradient: Parameters) {
        var recipe = recipe
        recipe.optimizer = .sgd
        recipe.momentum = 0.5
        let network = recipe.network(for: data)
        let engine = StepEngine(
            network: network, recipe: recipe, task: data.task, rows: rows,
            rowWeights: RowWeights(
                recipe.classWeight, task: data.task, split: data.train, trainRows: (0..<Int32(rows)).map { $0 },
                rows: rows), threads: threads, kernels: kernels)
        engine.load(parameters)
        let order = Buffer<Int32>(count: rows)
        for row in 0..<rows { order.base[row] = Int32(row) }
        let step = recipe.update(step: 1, learningRate: 0.1)
        try Team.run(threads: threads) { member throws(FastTrainError) in
            try engine.forwardBackward(data.train, indices: order.base, of: rows, step: number, member: member)
            try member.barrier()
            try engine.reduceUpdate(count: rows, step, member: member)
        }
        let loss = engine.lossSum(count: rows) / engine.weightSum(order.base, count: rows)
        return (loss, engine.memories[0].unpacked())
    }
}

extension Recipe {
    /// Returns the update of a step of the recipe's optimizer, which must take minibatches.
    func update(step number: Int, learningRate: Double) -> UpdateStep {
        guard case .minibatches(let optimizer) = optimizer.batching else { preconditionFailure("\(optimizer)") }
        return optimizer.init(self, convention: .pyTorch).updateStep(number, learningRate: learningRate, self)
    }
}

extension Parameters {
    /// All parameters in one array: weight and bias of each layer, followed by its normalization's.
    var flat: [Float] {
        layers.flatMap { layer in
            let numbers = layer.normalization.map { numbers in
                numbers.scale + numbers.shift + (numbers.running.map { $0.mean + $0.variance } ?? [])
            }
            return layer.weight + layer.bias + (numbers ?? [])
        }
    }

    func plain(activation: Activation, loss: Loss) -> PlainNetwork {
        var plain = PlainNetwork(
            weight: layers.map { layer in
                (0..<layer.outputs).map { o in (0..<layer.inputs).map { Double(layer.weight[o * layer.inputs + $0]) } }
            }, bias: layers.map { $0.bias.map(Double.init) }, activation: activation.rawValue, loss: loss.rawValue)
        plain.scale = layers.compactMap { $0.normalization?.scale.map(Double.init) }
        plain.shift = layers.compactMap { $0.normalization?.shift.map(Double.init) }
        return plain
    }
}

/// Returns the training rows as Doubles with their targets, which are one-hot for classes.
func plainRows(_ data: Dataset, _ count: Int) -> (rows: [[Double]], targets: [[Double]]) {
    guard case .f32(let features) = data.train.features else { fatalError("test data are floats") }
    let width = data.featureCount
    let rows = (0..<count).map { row in (0..<width).map { Double(features[row * width + $0]) } }
    let targets = (0..<count).map { row -> [Double] in
        if case .values(let values, let outputs) = data.train.targets {
            return (0..<outputs).map { Double(values[row * outputs + $0]) }
        }
        return (0..<data.outputCount).map { $0 == data.train.label(row) ? 1 : 0 }
    }
    return (rows, targets)
}

/// Checks that two results are equal bit for bit, except for times.
func expectSame(_ found: Outcome, _ expected: Outcome, _ what: String) {
    let (numbers, wanted) = (bits(found.model.parameters.flat), bits(expected.model.parameters.flat))
    // The arrays are not compared directly, because printing their difference would take minutes.
    #expect(numbers.indices.first { numbers[$0] != wanted[$0] } == nil, "\(what)")
    #expect(found.bestEpoch == expected.bestEpoch, "\(what)")
    #expect(found.validation == expected.validation, "\(what)")
    func timeless(_ record: EpochRecord) -> EpochRecord {
        var record = record
        record.seconds = 0
        record.samplesPerSecond = 0
        return record
    }
    #expect(found.history.map(timeless) == expected.history.map(timeless), "\(what)")
}

/// Checks that a run stopped after each of the given steps in turn, and resumed on a different number of threads, gives
/// the result of an uninterrupted run.
func expectSameWhenStopped(_ recipe: Recipe, on data: Dataset, at stops: some Sequence<Int>) throws {
    let straight = try Training(recipe, on: data, options: RunOptions(threads: 1)).train()
    for stopAt in stops {
        let folder = ScratchFolder()
        let output = folder.file("run")
        let counter = Counter()
        let first = try Training(recipe, on: data, options: RunOptions(threads: 2, output: output))
            .train(stop: { counter.next() == stopAt })
        #expect(first.ending == .interrupted)
        let resumed = try Training.resume(output, threads: 3, data: data)
        #expect(resumed.resumedFromStep == stopAt)
        expectSame(try resumed.train(), straight, "stopped at \(stopAt)")
    }
}
