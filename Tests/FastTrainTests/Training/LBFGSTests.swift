import Foundation
import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

@Suite struct LBFGSTests {
    static let cases = try! FileManager.default.contentsOfDirectory(atPath: PyTorchReferenceTests.folder)
        .filter { $0.hasPrefix("lbfgs-") }.sorted()

    /// The minimum that SciPy finds in double precision (Tests/References/make_references.py).
    @Test(arguments: cases)
    func minimaMatchSciPy(name: String) throws {
        let file = try SafeTensors(path: PyTorchReferenceTests.folder + "/" + name)
        var recipe = Recipe()
        recipe.hidden = file.metadata["hidden"]!.split(separator: ",").map { Int($0)! }
        recipe.activation = [Activation(rawValue: file.metadata["activation"]!)!]
        recipe.loss = Loss(rawValue: file.metadata["loss"]!)!
        recipe.weightDecay = Double(file.metadata["weight_decay"]!)!
        recipe.optimizer = .lbfgs
        recipe.epochs = 2000
        recipe.validation = 0
        let data = try PyTorchReferenceTests().dataset(file)
        let initial = try PyTorchReferenceTests().parameters(file, "initial.", recipe, data)
        let outcome = try Training(recipe, on: data, options: RunOptions(threads: 2, initial: initial)).train()
        #expect(outcome.ending == .convergence)
        let found = outcome.model.parameters.flat.map(Double.init)
        let penalty = recipe.weightDecay / 2 * found.reduce(0) { $0 + $1 * $1 }
        let objective = outcome.history.last!.trainLoss + penalty
        let expected = Double(file.metadata["objective"]!)!
        #expect(abs(objective - expected) < 1e-5 * expected, "\(objective) instead of \(expected)")
        let final = try PyTorchReferenceTests().parameters(file, "final.", recipe, data).flat
        let worst = zip(found, final).map { abs($0 - Double($1)) }.max()!
        #expect(worst < 0.02, "weights differ by \(worst) after \(outcome.history.count) iterations")
    }

    @Test func xorIsLearned() throws {
        let data = try Dataset(
            name: "xor", features: [0, 0, 0, 1, 1, 0, 1, 1], featureShape: [2], labels: [0, 1, 1, 0],
            classes: ["0", "1"])
        var recipe = Recipe()
        recipe.hidden = [8, 8]
        recipe.activation = [.tanh]
        recipe.optimizer = .lbfgs
        recipe.epochs = 200
        recipe.validation = 0
        let outcome = try Training(recipe, on: data).train()
        #expect(try outcome.model.evaluate(data.train).accuracy == 1)
        #expect(outcome.ending == .convergence && outcome.history.last!.trainLoss < 1e-3)
    }

    /// The history pairs have more layers than a file can hold. This is refused before the first epoch, unless nothing
    /// is saved.
    @Test func checkpointsWithTooManyTensors() throws {
        let data = try SmallData.classes(rows: 20)
        var recipe = Recipe()
        recipe.hidden = [Int](repeating: 2, count: 13)
        recipe.normalization = .layer
        recipe.optimizer = .lbfgs
        recipe.historySize = 1000
        _ = try Training(recipe, on: data)
        let folder = ScratchFolder()
        do throws(FastTrainError) {
            _ = try Training(recipe, on: data, options: RunOptions(output: folder.file("run")))
            Issue.record("taken")
        } catch {
            let says = "`hidden`, `historySize`: a checkpoint would have 108108 tensors, expected at most 99999"
            #expect(error.isUsage && error.description == says)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("run")))
    }

    /// Rows for three evaluation minibatches, the last one odd, and layers wide enough for lists and for division by
    /// panels.
    private func large() throws -> (Recipe, Dataset) {
        var recipe = Recipe()
        recipe.hidden = [129, 40]
        recipe.optimizer = .lbfgs
        recipe.historySize = 3
        recipe.epochs = 6
        recipe.weightDecay = 1e-3
        return (recipe, try SmallData.sparse(rows: 2300))
    }

    /// Returns the results of an engine's iterations.
    private func iterations(
        _ recipe: Recipe, on data: Dataset, threads: Int, density: FeatureDensity?, _ kernels: KernelTable
    ) throws -> [UInt32] {
        let network = recipe.network(for: data)
        let rows = StepEngine.rows(recipe, of: data.train.count, validation: 0, threads: threads)
        let engine = StepEngine(
            network: network, recipe: recipe, task: data.task, rows: rows, density: density, threads: threads,
            kernels: kernels)
        engine.load(network.initialParameters(recipe))
        let order = (0..<data.train.count).map(Int32.init)
        let batch = FullBatch(engine: engine, split: data.train, rows: order, recipe: recipe, threads: threads)
        let minimizer = LBFGS(recipe, batch: batch)
        try Team.run(threads: threads) { member throws(FastTrainError) in
            var state = LBFGS.State()
            for _ in 0..<recipe.epochs { try minimizer.iterate(&state, member: member) }
        }
        return bits(engine.forward.snapshot.flat)
    }

    @Test(arguments: [Normalization.none, .layer], [1, 3])
    func sameBits(normalization: Normalization, shards: Int) throws {
        var (recipe, data) = try large()
        recipe.normalization = normalization
        recipe.shards = shards
        recipe.epochs = 4
        if normalization == .layer { recipe.activation = [.gelu] }
        var expected: [UInt32]?
        for kernels in supportedKernels() {
            for density in [nil, FeatureDensity(data.train, width: 150)] {
                for threads in kernels.instructionSet == .scalar ? [2] : [1, 2, 7, 33] {
                    let found = try iterations(recipe, on: data, threads: threads, density: density, kernels)
                    let isSame = found == expected ?? found
                    #expect(isSame, "\(kernels.instructionSet) \(threads) threads")
                    expected = found
                }
            }
        }
    }

    /// The mean loss and its gradient over several minibatches equal those of a single one, up to rounding.
    @Test func gradientCoversAllRows() throws {
        var (recipe, data) = try large()
        recipe.weightDecay = 0
        let network = recipe.network(for: data)
        let parameters = network.initialParameters(recipe)
        let engine = StepEngine(
            network: network, recipe: recipe, task: data.task, rows: FullBatch.rowsAtOnce, threads: 2,
            kernels: InstructionSet.best.kernels)
        engine.load(parameters)
        let order = (0..<data.train.count).map(Int32.init)
        let batch = FullBatch(engine: engine, split: data.train, rows: order, recipe: recipe, threads: 2)
        let losses = Buffer<Double>(count: 2)
        try Team.run(threads: 2) { member throws(FastTrainError) in
            var turn = FullBatch.Turn()
            losses.base[member.rank] = try batch.evaluate(&turn, member: member).objective
        }
        var sgd = recipe
        sgd.optimizer = .sgd
        sgd.batchSize = data.train.count
        let expected = try StepEngine.gradient(of: sgd, at: parameters, on: data, rows: data.train.count)
        #expect(losses.base[0] == losses.base[1] && abs(losses.base[0] - expected.loss) < 1e-6)
        for (found, wanted) in zip(batch.gradient.unpacked().flat, expected.gradient.flat) {
            #expect(abs(found - wanted) < 1e-6)
        }
    }

    @Test func stoppedAtAnyIterationAndResumed() throws {
        var (recipe, data) = try large()
        recipe.historySize = 2
        try expectSameWhenStopped(recipe, on: data, at: 1..<recipe.epochs)
    }

    /// A run that has converged does not move, even with more epochs, and reports why it ended.
    @Test func aConvergedRunIsOver() throws {
        let data = try SmallData.values(rows: 40)
        var recipe = Recipe()
        recipe.hidden = []
        recipe.optimizer = .lbfgs
        recipe.epochs = 100
        let folder = ScratchFolder()
        let output = folder.file("run")
        let outcome = try Training(recipe, on: data, options: RunOptions(output: output)).train()
        #expect(outcome.ending == .convergence && outcome.history.count < 30)
        #expect(outcome.validation!.r2! > 0.9999)
        let again = try Training.resume(output, epochs: 200, data: data).train()
        #expect(again.ending == .convergence)
        expectSame(again, outcome, "resumed when it had converged")
    }

    @Test func aLargeToleranceEndsAtOnce() throws {
        let data = try SmallData.classes()
        var recipe = Recipe()
        recipe.hidden = [4]
        recipe.optimizer = .lbfgs
        recipe.gradientTolerance = 100
        let training = try Training(recipe, on: data)
        let outcome = try training.train()
        #expect(outcome.history.count == 1 && outcome.history[0].learningRate == 0)
        #expect(bits(outcome.model.parameters.flat) == bits(training.firstParameters.flat))
    }

    @Test func divergenceIsAnError() throws {
        let data = try Dataset(
            name: "huge", features: [1e30, -1e30], featureShape: [1], targets: [1e30, 1], targetNames: ["y"])
        var recipe = Recipe()
        recipe.hidden = [3]
        recipe.optimizer = .lbfgs
        recipe.validation = 0
        #expect(exitCode { _ = try Training(recipe, on: data).train() } == 76)
    }

    /// Rows of weight 0 change nothing.
    @Test func rowWeights() throws {
        var recipe = Recipe()
        recipe.hidden = [3]
        recipe.activation = [.tanh]
        recipe.optimizer = .lbfgs
        recipe.validation = 0
        let x = (0..<40).map { Float($0 % 8) / 8 + Float($0 / 8) }
        let labels = (0..<40).map { $0 % 3 == 0 ? 1 : 0 }
        let data = try Dataset(name: "rows", features: x, featureShape: [1], labels: labels, classes: ["a", "b"])
        let even = try Training(recipe, on: data).train()
        recipe.classWeight = .given([2, 2])
        let doubled = try Training(recipe, on: data).train()
        for (one, other) in zip(even.history, doubled.history) { #expect(abs(one.trainLoss - other.trainLoss) < 1e-4) }
        recipe.classWeight = .given([1, 0])
        #expect(try Training(recipe, on: data).train().history.last!.trainLoss < 0.01)
    }

    /// The rows come in opposite pairs, so the best bias is 0 and it does not matter that alpha excludes biases. The
    /// reported loss includes the penalty of alpha but not that of the weight decay.
    @Test func alphaDecaysTheWeights() throws {
        var random = TestRandom(41)
        let half = random.floats(60)
        let targets = (0..<20).map { half[3 * $0] - 2 * half[3 * $0 + 1] + 0.5 * random.floats(1)[0] }
        let data = try Dataset(
            name: "opposites", features: half + half.map { -$0 }, featureShape: [3],
            targets: targets + targets.map { -$0 }, targetNames: ["y"])
        var recipe = Recipe()
        recipe.hidden = []
        recipe.optimizer = .lbfgs
        recipe.validation = 0
        recipe.epochs = 100
        recipe.weightDecay = 0.25
        let decayed = try Training(recipe, on: data).train()
        (recipe.weightDecay, recipe.alpha) = (0, 0.25 * 40)
        let penalised = try Training(recipe, on: data).train()
        let (found, expected) = (penalised.model.parameters.flat, decayed.model.parameters.flat)
        for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-4) }
        let penalty = 0.125 * found.dropLast().reduce(0) { $0 + Double($1 * $1) }
        #expect(abs(penalised.history.last!.trainLoss - decayed.history.last!.trainLoss - penalty) < 1e-4)
    }
}
