import Testing

@testable import FastTrain

/// A run that is stopped after each of its steps, one step per session, also across epochs and validation, gives the
/// results of an uninterrupted run. Every row is trained on equally often.
@Suite struct ResumeAnywhereTests {
    private static let plain = RegularizedRecipe(testDescription: "plain") { _ in }
    private static let dropping = RegularizedRecipe(testDescription: "dropout and batch normalization") {
        ($0.dropout, $0.inputDropout, $0.normalization) = ([0.1, 0.3], 0.15, .batch)
    }

    @Test(arguments: [plain, dropping] + RegularizedRecipe.all, [nil, 1, 4])
    func sameBits(changes: RegularizedRecipe, checkpointEvery: Int?) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = SameBitsTests.recipe()
        changes.edit(&recipe)
        let straight = try Training(recipe, on: data, options: RunOptions(threads: 1)).train()
        let options = RunOptions(threads: 2, checkpointEvery: checkpointEvery)
        let (last, sessions) = try stepByStep(recipe, on: data, options) { _ in }
        // 117 rows make 5 steps in each of 3 epochs. The last one is not interrupted.
        #expect(sessions == 15)
        expectSame(last, straight, "stopped after every step")
    }

    /// The rows are unit vectors, and the network is one layer whose gradient always has the norm that it is clipped
    /// to. Each use of a row therefore adds exactly 1/8 to a weight of its own.
    @Test(arguments: [nil, 4]) func eachRowOncePerEpoch(checkpointEvery: Int?) throws {
        let rows = 50
        let identity = (0..<rows * rows).map { Float($0 / rows == $0 % rows ? 1 : 0) }
        let data = try Dataset(
            name: "units", features: identity, featureShape: [rows],
            targets: [Float](repeating: 1e6, count: rows), targetNames: ["y"])
        var recipe = Recipe()
        (recipe.hidden, recipe.optimizer, recipe.momentum, recipe.clipValue) = ([], .sgd, 0, 0.125)
        (recipe.learningRate, recipe.schedule, recipe.batchSize, recipe.epochs) = (1, .constant, 8, 3)
        let initial = Network(inputs: rows, hidden: [], outputs: 1).zeroParameters()
        let heldOut = try Set(
            Sampling(recipe: recipe, split: data.train, task: data.task).validationRows.map(Int.init))
        #expect(heldOut.count == 5)

        let options = RunOptions(checkpointEvery: checkpointEvery, initial: initial)
        let (last, sessions) = try stepByStep(recipe, on: data, options) { state in
            let (epoch, step) = (state.step / 6, state.step % 6)
            let uses = state.parameters.layers[0].weight.map { $0 * 8 }
            let ahead = uses.indices.count { uses[$0] == Float(epoch + 1) && !heldOut.contains($0) }
            let others = uses.indices.count { uses[$0] == Float(epoch) && !heldOut.contains($0) }
            #expect(ahead == 8 * step && ahead + others == 45, "after step \(state.step): \(uses)")
            #expect(heldOut.allSatisfy { uses[$0] == 0 }, "after step \(state.step): \(uses)")
        }
        #expect(sessions == 18)
        let uses = last.model.parameters.layers[0].weight.map { $0 * 8 }
        #expect(uses.indices.allSatisfy { uses[$0] == (heldOut.contains($0) ? 0 : Float(last.bestEpoch ?? 0)) })
        #expect(last.bestEpoch == 3)
    }

    /// Runs one step per session, each with a different number of threads. `check` receives the state at each stop.
    private func stepByStep(
        _ recipe: Recipe, on data: Dataset, _ options: RunOptions, _ check: (TrainingState) -> Void
    ) throws -> (Outcome, sessions: Int) {
        let folder = ScratchFolder()
        var options = options
        options.output = folder.file("run")
        var outcome = try Training(recipe, on: data, options: options).train(stop: { true })
        var sessions = 1
        while outcome.ending == .interrupted {
            let state = try Checkpoint(path: try #require(outcome.checkpoint)).state
            #expect(state.step == sessions)
            check(state)
            let training = try Training.resume(folder.file("run"), threads: sessions % 4 + 1, data: data)
            #expect(training.resumedFromStep == sessions && training.warnings == [])
            outcome = try training.train(stop: { true })
            sessions += 1
        }
        return (outcome, sessions)
    }
}
