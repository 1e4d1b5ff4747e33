import Testing

@testable import FastTrain

@Suite struct ThreadCountTests {
    private let cpus = CPUs.usable().count

    @Test func defaultGrowsWithTheWork() throws {
        #expect(try ThreadCount.checked(nil, operations: 0) == 1)
        #expect(try ThreadCount.checked(nil, operations: 1e5) == 1)
        #expect(try ThreadCount.checked(nil, operations: 1e12) == cpus)
        #expect(try ThreadCount.checked(nil) == cpus)
        #expect(try ThreadCount.checked(7, operations: 0) == 7)
        for threads in [0, -1, 1025] { #expect(exitCode { _ = try ThreadCount.checked(threads) } == 64) }
    }

    /// Iris has 4 features, 3 classes and 150 rows.
    @Test func tinyNetworksTrainOnOneThread() throws {
        let data = try SmallData.classes(3, rows: 150, features: 4)
        var recipe = Recipe()
        recipe.hidden = [50]
        #expect(try Training(recipe, on: data).threads == 1)
        #expect(try Training(recipe, on: data, options: RunOptions(threads: 3)).threads == 3)
        recipe.optimizer = .lbfgs
        #expect(try Training(recipe, on: data).threads == 1)
        recipe.hidden = [1000, 1000]
        #expect(try Training(recipe, on: data).threads == cpus)
    }

    @Test func operationsOfTheLargestNetworksAreNumbers() throws {
        let data = try SmallData.classes(rows: 20)
        var recipe = Recipe()
        recipe.hidden = [Int](repeating: 1 << 24, count: 1000)
        #expect(ThreadCount.operations(recipe, on: data, rows: 20) > 1e19)
    }
}
