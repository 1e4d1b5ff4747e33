import Synchronization
import Testing
import _TestSupport

@testable import FastTrain

/// Closures of the embedding program that the library calls while a thread team runs.
@Suite struct CallbackTests {
    private let data: Dataset
    private var recipe = Recipe()

    init() throws {
        data = try SmallData.classes(rows: 60, testRows: 20)
        recipe.hidden = [5]
        recipe.batchSize = 16
        recipe.epochs = 2
    }

    /// Adds up subnormal numbers wherever it is called.
    private final class Probe: Sendable {
        private let factor = Buffer<Float>(count: 2)
        let calls = Mutex(0)
        let zeros = Mutex(0)

        init() {
            factor.base[0] = .leastNormalMagnitude
            factor.base[1] = 0.5
        }

        func multiply() {
            calls.withLock { $0 += 1 }
            if factor.base[0] * factor.base[1] == 0 { zeros.withLock { $0 += 1 } }
        }

        func expectSubnormals(_ least: Int, sourceLocation: SourceLocation = #_sourceLocation) {
            #expect(calls.withLock { $0 } >= least && zeros.withLock { $0 } == 0, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [1, 2])
    func subnormalNumbersAreKeptInCallbacks(threads: Int) throws {
        let folder = ScratchFolder()
        let options = RunOptions(threads: threads, output: folder.file("run"), checkpointEvery: 1)
        let (steps, events) = (Probe(), Probe())
        _ = try Training(recipe, on: data, options: options).train(
            stop: {
                steps.multiply()
                return false
            }, progress: { _ in events.multiply() })
        steps.expectSubnormals(7)
        events.expectSubnormals(8)

        let points = Probe()
        _ = try RateTest(steps: 20).run(
            recipe, on: data, options: RunOptions(threads: threads), onStep: { _, _ in points.multiply() })
        points.expectSubnormals(20)
    }

    @Test func subnormalNumbersAreKeptInCallbacksOfASearch() throws {
        var recipe = recipe
        recipe.validation = 0.25
        var options = SearchOptions()
        options.trials = 3
        options.threads = 2
        let probe = Probe()
        let space = try SearchSpace(JSON(parsing: #"{"hidden": [[4], [6]]}"#, file: ""), file: "", lines: [:])
        _ = try Search(recipe, space: space, on: data, options: options).run(progress: { _ in probe.multiply() })
        probe.expectSubnormals(3)
    }

    /// The numbers of a nested call are those of a call outside.
    @Test(arguments: [1, 2, 3], [nil, 1, 2, 5])
    func theLibraryCanBeCalledInCallbacks(threads: Int, nested: Int?) throws {
        let data = data
        let recipe = recipe
        let options = RunOptions(threads: threads)
        let model = try Training(recipe, on: data, options: options).train().model
        let expected = try (model.predict(data.train).values, model.evaluate(data.test!).loss)
        let calls = Mutex(0)
        let failure = Mutex<(any Error)?>(nil)
        let outcome = try Training(recipe, on: data, options: options).train(progress: { event in
            guard case .epoch = event else { return }
            do {
                let inner = try Training(recipe, on: data, options: RunOptions(threads: nested)).train()
                #expect(inner.model == model)
                let values = try model.predict(data.train, threads: nested).values
                let loss = try model.evaluate(data.test!, threads: nested).loss
                #expect(values == expected.0 && loss == expected.1)
                calls.withLock { $0 += 1 }
            } catch {
                failure.withLock { $0 = error }
            }
        })
        #expect(failure.withLock { $0 == nil } && calls.withLock { $0 } == 2)
        #expect(outcome.model == model)
    }

    /// A callback of a callback's run has the outermost caller's state, too, and each run gets its own state back.
    @Test func callbacksNest() throws {
        let data = data
        let recipe = recipe
        let probe = Probe()
        let model = try Training(recipe, on: data, options: RunOptions(threads: 2)).train(progress: { _ in
            _ = try? Training(recipe, on: data, options: RunOptions(threads: 2)).train(progress: { _ in
                probe.multiply()
            })
            probe.multiply()
        }).model
        probe.expectSubnormals(6)
        #expect(try Training(recipe, on: data).train().model == model)
    }

    @Test func defaultIsOneThreadInCallbacks() throws {
        let data = try SmallData.classes(rows: 2000, features: 200)
        var recipe = Recipe()
        recipe.hidden = [500]
        recipe.batchSize = 1000
        recipe.epochs = 1
        let threads = Mutex<Int?>(nil)
        _ = try Training(self.recipe, on: self.data).train(progress: { [recipe] _ in
            let nested = try? Training(recipe, on: data).threads
            threads.withLock { $0 = nested }
        })
        #expect(threads.withLock { $0 } == 1)
        #expect(try Training(recipe, on: data).threads == CPUs.usable().count)
    }
}
