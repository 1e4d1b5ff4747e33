import Testing
import _TestSupport

@testable import FastTrain

@Suite struct EarlyStoppingTests {
    private func recipe(_ monitor: Monitor, patience: Int?, minDelta: Double = 0) -> Recipe {
        var recipe = Recipe()
        recipe.monitor = monitor
        recipe.patience = patience
        recipe.minDelta = minDelta
        return recipe
    }

    private func history(loss: [Double], accuracy: [Double]? = nil, r2: [Double]? = nil) -> [EpochRecord] {
        loss.indices.map { index in
            EpochRecord(
                epoch: index + 1, step: index + 1, trainLoss: 1 - loss[index], validationLoss: loss[index],
                validationAccuracy: accuracy?[index], validationR2: r2?[index], learningRate: 0.1, samplesPerSecond: 1,
                seconds: 1)
        }
    }

    /// Returns the epoch at which the run ends, or 0 if it does not end.
    private func end(_ recipe: Recipe, _ history: [EpochRecord]) -> Int {
        (1...history.count).first { EarlyStopping(recipe).ending(Array(history.prefix($0))) != nil } ?? 0
    }

    @Test func lossMustFall() {
        let losses = history(loss: [0.9, 0.8, 0.85, 0.8, 0.79, 0.8, 0.81, 0.9])
        #expect(end(recipe(.validationLoss, patience: nil), losses) == 0)
        #expect(end(recipe(.validationLoss, patience: 1), losses) == 3)
        #expect(end(recipe(.validationLoss, patience: 2), losses) == 4)
        #expect(end(recipe(.validationLoss, patience: 3), losses) == 8)
        #expect(end(recipe(.validationLoss, patience: 4), losses) == 0)
    }

    /// An improvement that is too small does not count, and later epochs are not compared with it.
    @Test func minDelta() {
        let losses = history(loss: [1, 0.96, 0.92, 0.88, 0.84, 0.8])
        #expect(end(recipe(.validationLoss, patience: 2, minDelta: 0.1), losses) == 3)
        #expect(end(recipe(.validationLoss, patience: 3, minDelta: 0.1), losses) == 0)
        #expect(end(recipe(.validationLoss, patience: 1, minDelta: 0.03), losses) == 0)
    }

    @Test func scoreMustRise() {
        let losses = [Double](repeating: 0.5, count: 5)
        let scores = [0.5, 0.6, 0.6, 0.55, 0.7]
        for history in [history(loss: losses, accuracy: scores), history(loss: losses, r2: scores)] {
            #expect(end(recipe(.validationScore, patience: 2), history) == 4)
            #expect(end(recipe(.validationScore, patience: 3), history) == 0)
        }
    }

    @Test func trainingLossCanBeMonitored() {
        // The helper's training loss rises as the validation loss falls.
        #expect(end(recipe(.trainLoss, patience: 2), history(loss: [0.5, 0.4, 0.3])) == 3)
    }

    @Test func bestIsTheFirstAmongEquals() {
        let losses = history(loss: [0.9, 0.8, 0.8, 0.7], accuracy: [0.5, 0.7, 0.6, 0.7])
        func best(_ monitor: Monitor) -> [Int] {
            (1...4).filter { EarlyStopping(recipe(monitor, patience: nil)).isBest(Array(losses.prefix($0))) }
        }
        #expect(best(.validationLoss) == [1, 2, 4])
        #expect(best(.validationScore) == [1, 2])
        #expect(best(.trainLoss) == [])
    }

    /// A run ends where its history says, and gives the same result when it is stopped and resumed on the way.
    @Test(arguments: Monitor.allCases)
    func aRunEnds(monitor: Monitor) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = SameBitsTests.recipe()
        recipe.epochs = 40
        recipe.monitor = monitor
        recipe.patience = 2
        recipe.minDelta = monitor == .trainLoss ? 0.05 : 0
        recipe.schedule = .constant
        let straight = try Training(recipe, on: data).train()
        let epochs = straight.history.count
        #expect(straight.ending == .patience && epochs < 40)
        #expect(end(recipe, straight.history) == epochs)
        if monitor == .trainLoss {
            #expect(straight.bestEpoch == nil)
        } else {
            #expect(straight.bestEpoch! <= epochs - 2)
        }
        let folder = ScratchFolder()
        let output = folder.file("run")
        var outcome = try Training(recipe, on: data, options: RunOptions(output: output)).train(stop: { true })
        var sessions = 1
        while outcome.ending == .interrupted {
            let counter = Counter()
            outcome = try Training.resume(output, data: data).train(stop: { counter.next() == 4 })
            sessions += 1
        }
        #expect(sessions > 2 && outcome.ending == .patience)
        #expect(outcome.history.count == epochs && outcome.bestEpoch == straight.bestEpoch)
        #expect(outcome.model == straight.model)
        let again = try Training.resume(output, data: data).train()
        #expect(again.ending == .patience && again.model == straight.model)
        let longer = try Training.resume(output, epochs: 60, data: data)
        #expect(longer.warnings.count == 1 && longer.warnings[0].contains("patience"))
    }

    /// With no time at all the first epoch still runs; with more than enough time all epochs do.
    @Test func timeLimitEndsARunAfterAnEpoch() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        let folder = ScratchFolder()
        let output = folder.file("run")
        let recipe = SameBitsTests.recipe()
        let first = try Training(recipe, on: data, options: RunOptions(output: output, maxTime: 1e-9)).train()
        #expect(first.ending == .time && first.history.count == 1 && first.validation != nil)
        let second = try Training.resume(output, data: data, maxTime: 1e-9).train()
        #expect(second.ending == .time && second.history.count == 2)
        let rest = try Training.resume(output, data: data, maxTime: 1e9).train()
        #expect(rest.ending == .epochs && rest.history.count == 3)
        #expect(rest.model == (try Training(recipe, on: data).train().model))
    }

    @Test func validationIsRequired() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = SameBitsTests.recipe()
        recipe.validation = 0
        #expect(throws: Never.self) { try Training(recipe, on: data) }
        recipe.monitor = .validationScore
        #expect(exitCode { _ = try Training(recipe, on: data) } == 64)
        recipe.monitor = .validationLoss
        recipe.patience = 1
        #expect(exitCode { _ = try Training(recipe, on: data) } == 64)
        recipe.monitor = .trainLoss
        #expect(throws: Never.self) { try Training(recipe, on: data) }
        #expect(exitCode { _ = try Training(recipe, on: data, options: RunOptions(maxTime: 0)) } == 64)
    }
}
