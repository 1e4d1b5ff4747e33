import Testing

@testable import FastTrain

@Suite struct SamplingTests {
    @Test func eachTrainingRowOncePerEpoch() throws {
        let data = try SmallData.classes(rows: 97)
        let sampling = try Sampling(recipe: Recipe(), split: data.train, task: data.task)
        #expect(Set(sampling.trainRows).isDisjoint(with: sampling.validationRows))
        #expect(sampling.trainRows.count + sampling.validationRows.count == 97)
        for epoch in 0..<5 { #expect(sampling.order(epoch: epoch).sorted() == sampling.trainRows) }
        #expect(sampling.order(epoch: 0) != sampling.order(epoch: 1))
    }

    @Test func validationIsStratified() throws {
        let data = try SmallData.classes(3, rows: 300)
        var recipe = Recipe()
        recipe.validation = 0.2
        let sampling = try Sampling(recipe: recipe, split: data.train, task: data.task)
        let all = data.train.labelCounts
        for label in 0..<3 {
            let held = sampling.validationRows.filter { data.train.label(Int($0)) == label }.count
            #expect(abs(Double(held) - Double(all[label]) * 0.2) < 1)
        }
        #expect(sampling.validationRows.count == 60)
    }

    @Test func sharesAddUp() {
        #expect(HoldOut.shares(of: [4, 4, 4, 4, 4, 4, 4, 4, 4, 4], 0.1) == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
        #expect(HoldOut.shares(of: [5, 5], 0.1) == [1, 0])
        #expect(HoldOut.shares(of: [10, 95], 0.1) == [1, 10])
        #expect(HoldOut.shares(of: [3], 0.1) == [0])
    }

    @Test func theSeedDecidesTheSplit() throws {
        let data = try SmallData.classes(rows: 200)
        var recipe = Recipe()
        let first = try Sampling(recipe: recipe, split: data.train, task: data.task)
        recipe.epochs = 99
        let same = try Sampling(recipe: recipe, split: data.train, task: data.task)
        recipe.seed = 2
        let other = try Sampling(recipe: recipe, split: data.train, task: data.task)
        #expect(first.validationRows == same.validationRows)
        #expect(first.validationRows != other.validationRows)
    }

    @Test func withoutShufflingRowsKeepFileOrder() throws {
        let data = try SmallData.values(rows: 30)
        var recipe = Recipe()
        recipe.shuffle = false
        recipe.validation = 0
        let sampling = try Sampling(recipe: recipe, split: data.train, task: data.task)
        #expect(sampling.order(epoch: 3) == (0..<30).map { Int32($0) })
    }

    @Test func emptySplitsAreRefused() throws {
        let data = try SmallData.values(rows: 3)
        #expect(throws: FastTrainError.self) { try Sampling(recipe: Recipe(), split: data.train, task: data.task) }
    }
}
