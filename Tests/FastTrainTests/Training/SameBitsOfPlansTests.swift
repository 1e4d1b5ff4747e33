import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

/// No number depends on the plan of a step: runs whose plan changes at random from step to step equal runs with the plan
/// of the constants.
@Suite struct SameBitsOfPlansTests {
    /// Wide enough for lists, and for one or two layers that two to four threads divide by panels.
    private func recipe(_ hidden: [Int], shards: Int, _ products: KernelPrecision) -> Recipe {
        var recipe = SameBitsTests.recipe(shards: shards)
        recipe.hidden = hidden
        recipe.batchSize = 44
        recipe.multiply(in: products)
        return recipe
    }

    @Test(arguments: [[], [40], [128], [129, 257, 40], [260, 270, 33]], KernelPrecision.allCases)
    func ofEveryShape(hidden: [Int], products: KernelPrecision) throws {
        for (shards, activation) in [(1, Activation.relu), (2, .leakyReLU), (3, .sigmoid)] {
            var recipe = recipe(hidden, shards: shards, products)
            recipe.activation = [activation]
            try expectSame(recipe)
        }
    }

    @Test(arguments: Optimizer.allCases.filter { $0 != .lbfgs }, KernelPrecision.allCases)
    func ofEveryOptimizer(optimizer: Optimizer, products: KernelPrecision) throws {
        var recipe = recipe([140, 130], shards: 2, products)
        recipe.optimizer = optimizer
        recipe.ema = 0.9
        try expectSame(recipe)
    }

    @Test(arguments: Activation.allCases, [1, 3])
    func withDropout(activation: Activation, shards: Int) throws {
        for products in KernelPrecision.allCases {
            var recipe = recipe([135, 129], shards: shards, products)
            recipe.activation = [activation]
            recipe.dropout = [0.3, 0.1]
            recipe.inputDropout = shards == 1 ? 0 : 0.2
            try expectSame(recipe)
        }
    }

    @Test(arguments: [Normalization.batch, .layer], [1, 2, 3])
    func withNormalization(normalization: Normalization, shards: Int) throws {
        for products in KernelPrecision.allCases {
            var recipe = recipe([135, 70], shards: shards, products)
            recipe.normalization = normalization
            recipe.ema = shards == 2 ? 0.75 : nil
            try expectSame(recipe)
        }
    }

    @Test(arguments: RegularizedRecipe.all, KernelPrecision.allCases)
    func withRegularization(regularized: RegularizedRecipe, products: KernelPrecision) throws {
        var recipe = recipe([140, 130], shards: 2, products)
        regularized.edit(&recipe)
        try expectSame(recipe)
    }

    /// A whole run with its validation, best epoch and history.
    @Test func ofWholeRuns() throws {
        let data = try SmallData.sparse(rows: 150)
        let recipe = recipe([140, 130], shards: 2, .f32)
        func outcome(threads: Int, _ planner: RandomPlans?) throws -> Outcome {
            let training = try Training(recipe, on: data, options: RunOptions(threads: threads))
            return try training.run(RunLoop(training, planner: planner))
        }
        let expected = try outcome(threads: 1, nil)
        for threads in 1...4 {
            let plans = RandomPlans(seed: threads)
            FastTrainTests.expectSame(try outcome(threads: threads, plans), expected, "\(threads) threads")
            #expect(plans.made > 5)
        }
    }

    /// Compares runs whose plans change with a run whose plan does not, on one to four threads.
    private func expectSame(_ recipe: Recipe) throws {
        let data = try SmallData.sparse(rows: 150)
        let kernels = InstructionSet.best.kernels
        let expected = try ShortRun.numbers(recipe, on: data, threads: 1, kernels, nil)
        for threads in 1...4 {
            let plans = RandomPlans(seed: threads)
            let found = try ShortRun.numbers(recipe, on: data, threads: threads, kernels, plans)
            let isSame = found == expected
            #expect(isSame, "\(recipe.hidden) \(recipe.activation) shards \(recipe.shards) \(threads) threads")
            #expect(plans.made > 5)
        }
    }
}

/// Two epochs of training with a validation after each, on any kernels.
///
/// `@unchecked Sendable`: rank 0 alone uses the stored state while the team runs.
private final class ShortRun: StepLoopLead, @unchecked Sendable {
    private let loop: StepLoop
    private let planner: RandomPlans?
    private let updates: [UpdateStep]
    private let batchSize: Int
    private var step = 0
    private var numbers: [UInt64] = []

    private init(_ loop: StepLoop, _ recipe: Recipe, _ planner: RandomPlans?) {
        self.loop = loop
        self.planner = planner
        batchSize = recipe.batchSize
        let steps = 2 * ((loop.order.count + recipe.batchSize - 1) / recipe.batchSize)
        updates = (1...steps).map { recipe.update(step: $0, learningRate: 0.01) }
    }

    /// Returns the bits of all numbers of a run: losses, results of validation, parameters and their average, and memories
    /// of the optimizer.
    static func numbers(
        _ recipe: Recipe, on data: Dataset, threads: Int, _ kernels: KernelTable, _ planner: RandomPlans?
    ) throws -> [UInt64] {
        let recipe = try recipe.resolved(for: data)
        let sampling = try Sampling(recipe: recipe, split: data.train, task: data.task)
        let density = FeatureDensity(data.train, width: data.featureCount)
        let loop = StepLoop(
            recipe, on: data, density: density, sampling: sampling, threads: threads, kernels: kernels)
        loop.engine.load(recipe.network(for: data).initialParameters(recipe))
        let run = ShortRun(loop, recipe, planner)
        try loop.run(from: run.next(), lead: run)
        let engine = loop.engine
        var floats = engine.forward.snapshot.flat + (engine.average?.forward.snapshot.flat ?? [])
        for index in 0..<engine.memories.count { floats += engine.memories[index].unpacked().flat }
        return run.numbers + bits(floats).map { UInt64($0) }
    }

    private func next() -> StepLoop.Action {
        guard step < updates.count else { return .end }
        guard let planner, planner.isDue else { return minibatch() }
        return .leadOnly {
            planner.plan(self.loop)
            return self.minibatch()
        }
    }

    private func minibatch() -> StepLoop.Action {
        let stepsPerEpoch = updates.count / 2
        return loop.action(
            step: step, first: step % stepsPerEpoch * batchSize, updates[step], planner?.next(isFull: true) ?? StepWay()
        )
    }

    func account(_ step: StepLoop.Step) throws(FastTrainError) {
        numbers.append(loop.engine.lossSum(count: step.count).bitPattern)
    }

    func endStep(_ minibatch: StepLoop.Step) -> StepLoop.Action {
        step += 1
        guard step % (updates.count / 2) == 0 else { return next() }
        loop.engine.forward.normalizer?.prepareEvaluation()
        return .validation
    }

    func endIteration(_ state: LBFGS.State) throws(FastTrainError) -> StepLoop.Action { .end }

    func endEpoch() throws(FastTrainError) -> StepLoop.Action {
        if let result = loop.validation?.result() { numbers.append(result.loss.bitPattern) }
        return next()
    }
}

/// Takes another random plan for each step, and makes new ones after every second.
private final class RandomPlans: StepPlanner {
    private var random: TestRandom
    private var steps = 0
    private var engines = 1
    /// The number of plans that were made and differ from the one before.
    private(set) var made = 0

    init(seed: Int) { random = TestRandom(UInt64(seed)) }

    var isDue: Bool { steps % 2 == 0 }

    func plan(_ loop: StepLoop) {
        // An engine is made from another at random, so that it takes over memory of that one or makes its own.
        for _ in 0..<3 {
            let source = any(loop.engines)
            let engine = StepEngine(source, choices: choices(source.space))
            if engine.plan.choices != source.plan.choices { made += 1 }
            loop.engines.append(engine)
        }
        loop.engines.removeFirst(max(0, loop.engines.count - 5))
        engines = loop.engines.count
    }

    let first: PlanChoices? = nil

    func endEpoch(samplesPerSecond: Double) {}

    func next(isFull: Bool) -> StepWay {
        steps += 1
        return StepWay(engine: Int(random.next() % UInt64(engines)))
    }

    private func any<Element>(_ all: [Element]) -> Element { all[Int(random.next() % UInt64(all.count))] }

    /// Returns random choices of those that a space contains.
    private func choices(_ space: PlanSpace) -> PlanChoices {
        var choices = space.constants(nil)
        choices.panelLayers = any(Array(space.panelLayers))
        choices.featureBlockWidth = any(PlanSpace.blockWidths)
        for index in choices.layers.indices {
            choices.layers[index].input = any(space.inputForms(index))
            choices.layers[index].delta = any(space.deltaForms(index))
            choices.layers[index].inputsPerBlock = any(PlanSpace.blockWidths)
        }
        for index in choices.layers.indices {
            choices.layers[index].gradient = any(space.gradientForms(index, choices))
        }
        precondition(space.contains(choices))
        return choices
    }
}
