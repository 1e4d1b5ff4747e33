import Testing

@testable import FastTrain

/// One command starts a run and, after a kill, continues it.
@Suite struct AutoResumeTests {
    private let folder = ScratchFolder()

    private static var recipe: Recipe {
        var recipe = Recipe()
        (recipe.hidden, recipe.batchSize, recipe.epochs, recipe.schedule) = ([5], 16, 3, .constant)
        return recipe
    }

    private var options: RunOptions { RunOptions(threads: 1, output: folder.file("run")) }

    @Test func aNewFolderHoldsNoRun() throws {
        let data = try SmallData.classes(rows: 60)
        #expect(try Training.resumeIfBegun(Self.recipe, on: data, dataPath: nil, options: options) == nil)
        #expect(try Training.resumeIfBegun(Self.recipe, on: data, dataPath: nil, options: RunOptions()) == nil)
    }

    @Test func aStoppedRunGoesOn() throws {
        let data = try SmallData.classes(rows: 60)
        let whole = try Training(Self.recipe, on: data).train()
        let stopped = try Training(Self.recipe, on: data, options: options).train(stop: { true })
        #expect(stopped.ending == .interrupted)
        let resumed = try #require(
            try Training.resumeIfBegun(Self.recipe, on: data, dataPath: nil, options: options))
        #expect(resumed.resumedFromStep == 1)
        #expect(try resumed.train().model.parameters == whole.model.parameters)
    }

    @Test func moreEpochsAreAllowed() throws {
        let data = try SmallData.classes(rows: 60)
        var longer = Self.recipe
        longer.epochs = 5
        let whole = try Training(longer, on: data).train()
        _ = try Training(Self.recipe, on: data, options: options).train()
        let resumed = try #require(try Training.resumeIfBegun(longer, on: data, dataPath: nil, options: options))
        #expect(try resumed.train().model.parameters == whole.model.parameters)
    }

    @Test func anotherRecipeIsRefused() throws {
        let data = try SmallData.classes(rows: 60)
        _ = try Training(Self.recipe, on: data, options: options).train()
        var other = Self.recipe
        other.batchSize = 17
        #expect(
            throws: FastTrainError.cannotCreate(
                path: folder.file("run"), reason: "holds a run of another recipe: expected batch_size 17, found 16")
        ) { try Training.resumeIfBegun(other, on: data, dataPath: nil, options: options) }
    }
}
