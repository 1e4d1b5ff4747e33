import Foundation
import Testing

@testable import FastTrain

/// Runs whose plan is measured give the numbers of runs whose plan is fixed, and remember the plan.
@Suite struct MeasuringPlannerTests {
    private var recipe: Recipe {
        var recipe = SameBitsTests.recipe()
        recipe.hidden = [130, 129]
        recipe.epochs = 4000
        recipe.batchSize = 30
        return recipe
    }

    private func outcome(_ training: Training, _ plan: RunPlanner?) throws -> Outcome {
        try training.run(RunLoop(training, planner: plan?.planner))
    }

    /// The run has 16,000 whole minibatches, more than all comparisons can take: 160 for each of at most 90 pairs.
    @Test(arguments: [1, 2, 3])
    func measuredRunsHaveTheSameBits(threads: Int) throws {
        let data = try SmallData.sparse(rows: 150)
        let folder = ScratchFolder()
        let cache = PlanCache(path: folder.file("plans.json"))
        let expected = try outcome(Training(recipe, on: data, options: RunOptions(threads: threads)), nil)
        let training = try Training(recipe, on: data, options: RunOptions(threads: threads))
        let plan = try #require(RunPlanner(.measured, training, cache: cache))
        expectSame(try outcome(training, plan), expected, "measured")
        #expect(plan.planner.findings.contains { $0.subject == "input" && $0.layer == 0 })
        #expect(plan.planner.findings.contains { $0.subject == "gradient" && $0.layer == 1 })
        #expect(plan.planner.space.contains(plan.planner.choices))
        #expect(plan.planner.isComplete && plan.planner.rate ?? 0 > 0)
        plan.remember()

        // The next run follows the plan from its first step, and measures nothing.
        let next = try Training(recipe, on: data, options: RunOptions(threads: threads))
        let remembered = try #require(RunPlanner(.remembered, next, cache: cache))
        #expect(remembered.isRemembered && remembered.planner.choices == plan.planner.choices)
        expectSame(try outcome(next, remembered), expected, "remembered")

        // If the machine slows down for half a minute, the whole run measures again. Its first epochs do not.
        let start = try Training(recipe, on: data, options: RunOptions(threads: threads))
        let following = try #require(RunPlanner(.remembered, start, cache: cache))
        let counter = Counter()
        try RunLoop(start, planner: following.planner, stop: { counter.next() == 200 }).run()
        #expect(following.planner.findings.isEmpty)
        #expect(following.summary.isComplete)
    }

    /// A run that is too short to be measured has the plan of the constants, and remembers nothing.
    @Test func shortRunsAreNotMeasured() throws {
        let data = try SmallData.sparse(rows: 150)
        var recipe = recipe
        recipe.epochs = 1
        let folder = ScratchFolder()
        let cache = PlanCache(path: folder.file("plans.json"))
        for planning in [Planning.remembered, .measured] {
            let training = try Training(recipe, on: data, options: RunOptions(threads: 1))
            let plan = try #require(RunPlanner(planning, training, cache: cache))
            _ = try outcome(training, plan)
            plan.remember()
            #expect(!plan.planner.isComplete && plan.summary.source == .constants)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func aPlanIsFixedOnRequestAndForFullBatches() throws {
        let data = try SmallData.sparse(rows: 150)
        var recipe = recipe
        let training = try Training(recipe, on: data)
        #expect(RunPlanner(.fixed, training, cache: nil) == nil)
        #expect(RunPlanner(.remembered, training, cache: nil) != nil)
        recipe.optimizer = .lbfgs
        #expect(RunPlanner(.measured, try Training(recipe, on: data), cache: nil) == nil)
    }

    /// Everything that a plan depends on is part of the key by which it is remembered.
    @Test func runsOfOtherKindsHaveOtherKeys() throws {
        let data = try SmallData.sparse(rows: 150)
        func key(threads: Int = 2, _ edit: (inout Recipe) -> Void = { _ in }) throws -> String {
            var recipe = recipe
            edit(&recipe)
            let training = try Training(recipe, on: data, options: RunOptions(threads: threads))
            let space = PlanSpace(
                network: training.network, recipe: training.recipe, threads: training.threads,
                kernels: training.instructionSet.kernels)
            return PlanKey.text(
                space, FeatureDensity(data.train, width: 150), instructionSet: training.instructionSet)
        }
        let keys = try [
            key(), key(threads: 1), key { $0.hidden = [130] }, key { $0.batchSize = 31 }, key { $0.shards = 3 },
            key { $0.activation = [.tanh] }, key { $0.normalization = .layer }, key { $0.dropout = [0.2, 0.5] },
            key { $0.optimizer = .sgd }, key { $0.clipValue = 1 },
        ]
        #expect(Set(keys).count == keys.count)
        #expect(try key { $0.seed = 99 } == keys[0] && keys[0].contains("density: 0.2"))
    }
}
