import Testing

@testable import FastTrain

/// A run is stopped after every one of its steps, one session a step, across the ends of epochs and their validation: all
/// comes out as if it had not been, and no row is trained on more often or less often than in the others.
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
        // 117 rows are 5 steps, 3 times; nothing interrupts the last.
        #expect(sessions == 15)
        expectSame(last, straight, "stopped after every step")
    }

    /// The rows are unit vectors, and the network one layer whose gradient is always as large as it is clipped to: each use
    /// of a row adds 1/8 to a weight of its own, exactly.
    @Test(arguments: [nil, 4]) func eachRowOnceAnEpoch(checkpointEvery: Int?) throws {
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

    /// Does a run one step a session, each with another number of threads; `check` sees the state that each was stopped in.
    private func stepByStep(
        _ recipe: Recipe, on data: Dataset, _ options: RunOptions, _ check: (TrainingState) -> Void
    ) throws -> (Outcome, sessions: Int) {
        let folder = ScratchFolder()
        var options = options
        options.output = folder.file("run")
        var outcome = try Training(recipe, on: data, options: options).train(stop: { 15 })
        var sessions = 1
        while outcome.interrupted != nil {
            let state = try Checkpoint(path: try #require(outcome.checkpoint)).state
            #expect(state.step == sessions)
            check(state)
            let training = try Training.resume(folder.file("run"), threads: sessions % 4 + 1, data: data)
            #expect(training.resumedFromStep == sessions && training.warnings == [])
            outcome = try training.train(stop: { 15 })
            sessions += 1
        }
        return (outcome, sessions)
    }
}
