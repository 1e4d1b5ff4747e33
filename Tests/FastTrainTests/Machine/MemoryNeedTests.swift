import Testing

@testable import FastTrain

/// `MemoryOfRunsTests` compares estimates with the memory of real runs.
@Suite struct MemoryNeedTests {
    private func need(
        _ recipe: Recipe, _ data: Dataset, threads: Int, isSaved: Bool = false
    ) -> MemoryNeed {
        MemoryNeed(
            recipe, on: data, density: nil, threads: threads, kernels: InstructionSet.best.kernels, isSaved: isSaved)
    }

    @Test func growsInProportionToTheThreads() throws {
        let data = try SmallData.classes(rows: 1000, features: 784)
        var recipe = Recipe()
        recipe.hidden = [64]
        let needs = [256, 512, 1024].map { need(recipe, data, threads: $0).resident }
        #expect(needs[2] - needs[1] < 2.1 * (needs[1] - needs[0]))
        #expect(needs[2] < 100e6)
    }

    /// A run that compares plans needs memory for the lists of all of them.
    @Test func comparedPlansNeedMore() throws {
        let data = try SmallData.classes(rows: 5000, features: 784)
        var recipe = Recipe()
        recipe.hidden = [512, 512]
        recipe.batchSize = 1000
        func need(isPlanned: Bool) -> MemoryNeed {
            MemoryNeed(
                recipe, on: data, density: nil, threads: 2, kernels: InstructionSet.best.kernels, isSaved: false,
                isPlanned: isPlanned)
        }
        // Six bytes for a place of a list, of which the features have two.
        let lists = 6.0 * 1000 * (2 * 784 + 512)
        let more = need(isPlanned: true).resident - need(isPlanned: false).resident
        #expect(more > lists && more < 3 * lists)
    }

    @Test func theLargestNetworksHaveAFiniteNeed() throws {
        let data = try SmallData.classes(rows: 20)
        var recipe = Recipe()
        recipe.hidden = [Int](repeating: 1 << 24, count: 1000)
        for optimizer in [Optimizer.adam, .lbfgs] {
            recipe.optimizer = optimizer
            let need = need(recipe, data, threads: 1024, isSaved: true)
            #expect(need.resident > 1e18 && need.resident.isFinite && need.mapped >= need.resident)
        }
    }

    /// A machine's memory is never enough for the first network, and enough for the second on one thread only.
    @Test func theMessageNamesWhatDrivesTheNeed() throws {
        let data = try SmallData.classes(rows: 2000)
        var recipe = Recipe()
        recipe.hidden = [1 << 24, 1 << 24]
        #expect(throws: FastTrainError.self) { _ = try Training(recipe, on: data, options: RunOptions(threads: 1)) }
        let threads = failure { () throws(FastTrainError) in
            try MemoryLimit.check(threads: 1000, "a run") { MemoryNeed(resident: 1e13 * Double($0 - 1)) }
        }
        #expect(threads.hasPrefix("`threads`: a run on 1000 threads needs 9990000 GB of memory, expected at most "))
        let network = failure { () throws(FastTrainError) in
            try MemoryLimit.check(threads: 1000, "a run") { _ in MemoryNeed(resident: 1e15) }
        }
        #expect(network.hasPrefix("`hidden`, `batchSize`: a run needs 1000000 GB of memory, expected at most "))
        #expect(
            failure { () throws(FastTrainError) in
                try MemoryLimit.check(threads: 8, "a run") { _ in MemoryNeed(resident: 1) }
            } == "")
    }

    private func failure(_ body: () throws(FastTrainError) -> Void) -> String {
        do throws(FastTrainError) {
            try body()
            return ""
        } catch {
            return error.description
        }
    }
}
