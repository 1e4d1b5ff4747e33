import Foundation
import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

/// One recipe gives one model, on any number of threads and any instruction set, whether or not it was stopped and
/// resumed.
@Suite struct SameBitsTests {
    static func recipe(shards: Int = 2) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = [33, 17]
        recipe.batchSize = 24
        recipe.epochs = 3
        recipe.shards = shards
        recipe.schedule = .oneCycle
        recipe.learningRate = 0.01
        return recipe
    }

    @Test(arguments: [1, 2, 3, 8], [false, true])
    func onAnyNumberOfThreads(shards: Int, drops: Bool) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        let recipe = drops ? dropping(SameBitsTests.recipe(shards: shards)) : SameBitsTests.recipe(shards: shards)
        var expected: Outcome?
        for threads in [1, 2, 3, 7, 16, 64] {
            let outcome = try Training(recipe, on: data, options: RunOptions(threads: threads)).train()
            if let expected {
                expectSame(outcome, expected, "\(threads) threads")
            } else {
                expected = outcome
            }
        }
    }

    /// Adds dropout to every layer.
    private func dropping(_ recipe: Recipe) -> Recipe {
        var recipe = recipe
        recipe.dropout = recipe.hidden.indices.map { 0.1 + 0.2 * Double($0) }
        recipe.inputDropout = 0.15
        return recipe
    }

    /// Wide enough for every sparse form: lists of rows and of columns, outer products, and one or two layers divided
    /// by panels.
    @Test(arguments: [[100, 40], [128], [150], [600, 130], [129, 129, 40], [300, 200, 100]], [1, 2, 3])
    func fromSparseFeatures(hidden: [Int], shards: Int) throws {
        let data = try SmallData.sparse(rows: 150)
        var recipe = SameBitsTests.recipe(shards: shards)
        recipe.hidden = hidden
        recipe.epochs = 2
        recipe.batchSize = 44
        // Backpropagation draws the dropout of tanh again; the derivative of GELU is stored.
        if shards > 1 { recipe = dropping(recipe) }
        recipe.activation = [[.relu, .tanh, .gelu][shards - 1]]
        var expected: Outcome?
        for threads in [1, 2, 3, 7] {
            let outcome = try Training(recipe, on: data, options: RunOptions(threads: threads)).train()
            if let expected { expectSame(outcome, expected, "\(threads) threads") } else { expected = outcome }
        }
    }

    /// Lists leave out terms that change nothing, so the results equal those of the dense kernels.
    @Test(arguments: [[100, 40], [128], [600, 130], [300, 200, 100], [33], []], KernelPrecision.allCases)
    func sparseEqualsDense(hidden: [Int], precision: KernelPrecision) throws {
        let data = try SmallData.sparse(rows: 150)
        var recipe = SameBitsTests.recipe()
        recipe.hidden = hidden
        recipe.multiply(in: precision)
        var others = [recipe, dropping(recipe)]
        for activation in [Activation.leakyReLU, .silu] {
            recipe.activation = [activation]
            others.append(dropping(recipe))
        }
        for recipe in others {
            var expected: [UInt32]?
            for kernels in supportedKernels() {
                for density in [nil, FeatureDensity(data.train, width: 150)] {
                    for threads in [1, 2] {
                        let found = try steps(recipe, on: data, density: density, threads: threads, kernels)
                        let isSame = found == expected ?? found
                        let form = density == nil ? "dense" : "sparse"
                        #expect(isSame, "\(kernels.instructionSet) \(form) \(threads) dropout \(recipe.dropout)")
                        expected = found
                    }
                }
            }
        }
    }

    /// The memory of its updates is prefetched while gradients are computed, both by the dense product and from lists.
    @Test(arguments: KernelPrecision.allCases)
    func largerThanTheCaches(precision: KernelPrecision) throws {
        let data = try SmallData.sparse(rows: 150)
        var recipe = SameBitsTests.recipe()
        recipe.hidden = [1201, 1203]
        recipe.activation = [.tanh, .relu]
        recipe.ema = 0.9
        recipe.multiply(in: precision)
        let density = FeatureDensity(data.train, width: 150)
        let all = supportedKernels()
        let expected = try steps(recipe, on: data, density: density, threads: 1, all[all.count - 1])
        for kernels in precision == .f32 ? all : all.suffix(1) {
            let found = try steps(recipe, on: data, density: density, threads: 3, kernels)
            let isSame = found == expected
            #expect(isSame, "\(kernels.instructionSet)")
        }
    }

    /// Odd numbers of rows in a shard, inputs and outputs.
    @Test(arguments: [1, 2, 3, 8, 40], Accumulation.allCases)
    func inBF16OnAnyNumberOfThreads(shards: Int, accumulation: Accumulation) throws {
        let data = try SmallData.sparse(rows: 150, features: 151)
        for hidden in [[201, 199, 33], [17]] {
            var recipe = SameBitsTests.recipe(shards: shards)
            recipe.hidden = hidden
            recipe.precision = .bf16
            recipe.accumulation = accumulation
            if shards == 3 { recipe = dropping(recipe) }
            let density = FeatureDensity(data.train, width: 151)
            let kernels = InstructionSet.best.kernels
            let expected = try steps(recipe, on: data, density: density, threads: 1, kernels)
            for threads in [2, 3, 7] {
                let found = try steps(recipe, on: data, density: density, threads: threads, kernels)
                let isSame = found == expected
                #expect(isSame, "\(hidden) \(threads) threads")
            }
        }
    }

    /// The orders of bf16 differ from single precision, and from each other, in rounding at most.
    @Test(arguments: [[], [33], [201, 40]])
    func inBF16AsInSinglePrecisionButForRounding(hidden: [Int]) throws {
        let data = try SmallData.sparse(rows: 150)
        var recipe = SameBitsTests.recipe()
        recipe.hidden = hidden
        recipe.optimizer = .sgd
        let start = recipe.network(for: data).initialParameters(recipe).flat
        for density in [nil, FeatureDensity(data.train, width: 150)] {
            func way(_ products: KernelPrecision) throws -> [Float] {
                var recipe = recipe
                recipe.multiply(in: products)
                let end = try steps(recipe, on: data, density: density, threads: 2, InstructionSet.best.kernels)
                return zip(end, start).map { Float(bitPattern: $0) - $1 }
            }
            let ways = try KernelPrecision.allCases.map(way)
            let length = ways[0].reduce(0) { $0 + $1 * $1 }
            for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                let distance = zip(ways[one], ways[other]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                #expect(distance < 1e-3 * length, "\(KernelPrecision.allCases[other])")
            }
        }
    }

    /// Returns the bits of the parameters after some steps of an engine, with minibatches of 25 rows and a smaller last
    /// one.
    private func steps(
        _ recipe: Recipe, on data: Dataset, density: FeatureDensity?, threads: Int, _ kernels: KernelTable
    ) throws -> [UInt32] {
        var recipe = recipe
        recipe.batchSize = 25
        let rows = data.train.count
        let network = recipe.network(for: data)
        let engine = StepEngine(
            network: network, recipe: recipe, task: data.task, rows: rows, density: density,
            rowWeights: RowWeights(
                recipe.classWeight, task: data.task, split: data.train, trainRows: data.train.allRows, rows: rows),
            threads: threads, kernels: kernels)
        engine.load(network.initialParameters(recipe))
        let order = Buffer<Int32>(count: rows)
        for row in 0..<rows { order.base[row] = Int32(row) }
        let updates = (1...6).map { recipe.update(step: $0, learningRate: 0.01) }
        try Team.run(threads: threads) { member throws(FastTrainError) in
            for step in 0..<6 {
                let count = step == 5 ? 11 : 25
                try engine.forwardBackward(
                    data.train, indices: order.base + step * 25, of: count, step: step, member: member)
                try member.barrier()
                let update = updates[step]
                try engine.reduceUpdate(
                    count: count, update, weights: engine.weightStep(update, order.base + step * 25, count: count),
                    member: member)
                try member.barrier()
            }
        }
        return bits(
            engine.forward.snapshot.flat + (engine.average?.forward.snapshot.flat ?? [])
                + [Float(engine.penalty?.sum ?? 0)])
    }

    /// Checks that all instruction sets, feature forms and numbers of threads give the same result, and returns it.
    private func sameSteps(
        _ recipe: Recipe, on data: Dataset, densities: [FeatureDensity?] = [nil], threads: [Int] = [1, 2, 7, 33]
    ) throws -> [UInt32]? {
        var expected: [UInt32]?
        for kernels in supportedKernels() {
            for density in densities {
                for threads in threads {
                    let found = try steps(recipe, on: data, density: density, threads: threads, kernels)
                    let isSame = found == expected ?? found
                    #expect(isSame, "\(recipe.kernelPrecision) \(kernels.instructionSet) \(threads) threads")
                    expected = found
                }
            }
        }
        return expected
    }

    @Test(arguments: Optimizer.allCases.filter { $0 != .lion && $0 != .lbfgs }, [1, 3])
    func withAlpha(optimizer: Optimizer, shards: Int) throws {
        let data = try SmallData.weighted(rows: 150)
        var recipe = SameBitsTests.recipe(shards: shards)
        recipe.hidden = [129, 17]
        recipe.optimizer = optimizer
        recipe.alpha = 0.5
        recipe.normalization = shards == 1 ? .none : .layer
        let expected = try sameSteps(recipe, on: data)
        recipe.alpha = 0
        let without = try steps(recipe, on: data, density: nil, threads: 1, InstructionSet.best.kernels)
        #expect(without != expected)
    }

    /// Wide enough for lists of what ReLU leaves. Some panels have no thread, and some threads have no rows.
    @Test(arguments: [Normalization.batch, .layer], [1, 2, 3])
    func withNormalization(normalization: Normalization, shards: Int) throws {
        let data = try SmallData.sparse(rows: 150)
        for precision in KernelPrecision.allCases {
            var recipe = SameBitsTests.recipe(shards: shards)
            recipe.hidden = [129, 40]
            recipe.activation = shards == 1 ? [.relu] : [.gelu, .relu]
            recipe.normalization = normalization
            recipe.multiply(in: precision)
            if shards > 1 { recipe = dropping(recipe) }
            _ = try sameSteps(recipe, on: data, densities: [nil, FeatureDensity(data.train, width: 150)])
        }
    }

    @Test(arguments: [Loss.crossEntropy, .huber, .binaryCrossEntropy], [1, 3])
    func withWeights(loss: Loss, shards: Int) throws {
        let data = try SmallData.weighted(rows: 150)
        var recipe = SameBitsTests.recipe(shards: shards)
        recipe.loss = loss
        recipe.classWeight = .balanced
        _ = try sameSteps(recipe, on: data)
    }

    @Test(arguments: Activation.allCases, Loss.allCases.filter { $0 != .poisson })
    func onEveryInstructionSet(activation: Activation, loss: Loss) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        for optimizer in Optimizer.allCases where optimizer != .lbfgs {
            var recipe = SameBitsTests.recipe()
            recipe.activation = [activation]
            recipe.loss = loss
            recipe.optimizer = optimizer
            if optimizer == .sgd { recipe = dropping(recipe) }
            _ = try sameSteps(recipe, on: data, threads: [2])
        }
    }

    /// Every operation on gradients and weights, alone and together, with normalizations, and wide enough for panels
    /// that a thread owns.
    @Test(arguments: RegularizedRecipe.all, Normalization.allCases)
    func withRegularization(regularized: RegularizedRecipe, normalization: Normalization) throws {
        let data = try SmallData.sparse(rows: 150)
        for (shards, precision) in [(1, KernelPrecision.f32), (3, .f32), (2, .bf16), (1, .bf16Tiles)] {
            var recipe = SameBitsTests.recipe(shards: shards)
            recipe.hidden = [129, 40]
            recipe.normalization = normalization
            recipe.multiply(in: precision)
            if shards == 3 { recipe.optimizer = .sgd }
            let plain = recipe
            regularized.edit(&recipe)
            let expected = try sameSteps(recipe, on: data, densities: [FeatureDensity(data.train, width: 150)])
            let without = try steps(plain, on: data, density: nil, threads: 1, InstructionSet.best.kernels)
            let isOther = expected != without
            #expect(isOther, "it does nothing")
        }
    }

    /// Stopped after every other step, and resumed on a different number of threads.
    @Test(arguments: RegularizedRecipe.all)
    func regularizedStoppedAndResumed(regularized: RegularizedRecipe) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = SameBitsTests.recipe()
        recipe.normalization = .batch
        regularized.edit(&recipe)
        let steps = try Training(recipe, on: data).totalSteps
        try expectSameWhenStopped(recipe, on: data, at: stride(from: 1, to: steps, by: 2))
    }

    /// Stopped after each step in turn, and resumed on a different number of threads.
    @Test(arguments: [false, true], Normalization.allCases)
    func stoppedAtAnyStepAndResumed(drops: Bool, normalization: Normalization) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = drops ? dropping(SameBitsTests.recipe()) : SameBitsTests.recipe()
        recipe.normalization = normalization
        try expectSameWhenStopped(recipe, on: data, at: 1..<Training(recipe, on: data).totalSteps)
    }

    @Test func stoppedRepeatedly() throws {
        let data = try SmallData.values(rows: 60)
        var recipe = SameBitsTests.recipe()
        recipe.optimizer = .sgd
        let straight = try Training(recipe, on: data).train()
        let folder = ScratchFolder()
        let output = folder.file("run")
        var outcome = try Training(recipe, on: data, options: RunOptions(output: output)).train(stop: { true })
        var stops = 1
        while outcome.ending == .interrupted {
            let counter = Counter()
            outcome = try Training.resume(output, threads: stops % 4 + 1, data: data)
                .train(stop: { counter.next() == 2 })
            stops += 1
        }
        // Stopped after step 1, then every 2 of 9 steps: at 3, 5 and 7. The last step is not interrupted.
        #expect(stops == 5)
        expectSame(outcome, straight, "stopped \(stops) times")
    }

    @Test func checkpointIntervalChangesNothing() throws {
        let data = try SmallData.classes(rows: 70)
        let straight = try Training(SameBitsTests.recipe(), on: data).train()
        let folder = ScratchFolder()
        let output = folder.file("run")
        let saved = Counter()
        let often = try Training(
            SameBitsTests.recipe(), on: data, options: RunOptions(output: output, checkpointEvery: 2)
        ).train(progress: { if case .saved = $0 { _ = saved.next() } })
        expectSame(often, straight, "saved every 2 steps")
        #expect(saved.value == 5)  // steps 2, 4, 6, 8 and the last, 9
        let resumed = try Training.resume(output, data: data)
        #expect(resumed.resumedFromStep == 9)
        expectSame(try resumed.train(), straight, "resumed when finished")
    }

    @Test func aRunFromGivenParametersResumesFromItsStart() throws {
        let data = try SmallData.classes(rows: 70)
        let network = try Training(SameBitsTests.recipe(), on: data).network
        var other = SameBitsTests.recipe()
        other.seed = 99
        let initial = network.initialParameters(other)
        let straight = try Training(SameBitsTests.recipe(), on: data, options: RunOptions(initial: initial)).train()
        let folder = ScratchFolder()
        let output = folder.file("run")
        _ = try Training(SameBitsTests.recipe(), on: data, options: RunOptions(output: output, initial: initial))
        expectSame(try Training.resume(output, data: data).train(), straight, "resumed from step 0")
    }
}

/// Operations of a recipe on gradients and weights, apart from the optimizer.
struct RegularizedRecipe: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let edit: @Sendable (inout Recipe) -> Void

    static let all = [
        RegularizedRecipe(testDescription: "L1") { $0.l1 = 0.01 },
        RegularizedRecipe(testDescription: "clipped values") { $0.clipValue = 0.001 },
        RegularizedRecipe(testDescription: "L1 and clipped values") { ($0.l1, $0.clipValue) = (0.01, 0.005) },
        RegularizedRecipe(testDescription: "averaged") { $0.ema = 0.75 },
        RegularizedRecipe(testDescription: "clipped by norm") { $0.clipNorm = 0.05 },
        RegularizedRecipe(testDescription: "norms limited") { $0.maxNorm = 1 },
        RegularizedRecipe(testDescription: "all at once") {
            ($0.l1, $0.clipNorm, $0.maxNorm, $0.ema) = (0.01, 0.05, 1, 0.75)
        },
    ]
}

/// Counts calls from any thread.
final class Counter: @unchecked Sendable {  // @unchecked Sendable: only one thread of a team calls it.
    private(set) var value = 0

    func next() -> Int {
        value += 1
        return value
    }
}
