import Glibc
import Synchronization
import Testing
import _TestSupport

@testable import FastTrain

/// Runs in the background: pauses, checkpoints, stops and cancellations change no number, and every waiting task gets
/// an answer.
struct TrainingJobTests {
    private func recipe(epochs: Int = 6) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = [5]
        recipe.batchSize = 9
        recipe.dropout = [0.2]
        recipe.epochs = epochs
        return recipe
    }

    /// Far more epochs than a test waits for, if each ends with a checkpoint.
    private var endless: Recipe { recipe(epochs: 100_000) }

    /// A run of many minutes without checkpoints: 6000 steps in each of a hundred thousand epochs.
    private func endlessRun() throws -> Training {
        var recipe = endless
        recipe.batchSize = 1
        return try Training(recipe, on: SmallData.classes(rows: 6000))
    }

    private let data = try! SmallData.classes(rows: 60, testRows: 10)
    private let folder = ScratchFolder()

    /// Trains on the calling thread, which an overload resolves to outside asynchronous code only.
    private func straight(_ recipe: Recipe) throws -> Outcome { try Training(recipe, on: data).train() }

    @Test(arguments: [1, 2, 3]) func inTheBackgroundTheResultIsTheSame(threads: Int) async throws {
        let options = RunOptions(threads: threads)
        let expected = try straight(recipe())
        expectSame(try await Training(recipe(), on: data, options: options).train(), expected, "train")
        let job = try Training(recipe(), on: data, options: options).start()
        expectSame(try await job.outcome, expected, "start")
        // The outcome can be asked for again.
        expectSame(try await job.outcome, expected, "again")
    }

    @Test(arguments: [1, 2]) func pausesAndCheckpointsChangeNothing(threads: Int) async throws {
        for (name, optimizer) in [("adam", Optimizer.adam), ("lbfgs", .lbfgs)] {
            var recipe = recipe(epochs: 300)
            recipe.optimizer = optimizer
            if optimizer == .lbfgs { recipe.dropout = [] }
            let expected = try straight(recipe)
            let options = RunOptions(threads: threads, output: folder.file("\(name)-\(threads)"), checkpointEvery: 50)
            let job = try Training(recipe, on: data, options: options).start()
            for _ in 0..<10 {
                await job.pause()
                // Between these two no step is taken.
                let path = try await job.checkpoint()
                #expect(try await job.checkpoint() == path)
                await job.pause()
                job.resume()
                _ = try await job.checkpoint()
            }
            expectSame(try await job.outcome, expected, name)
        }
    }

    /// A stop while the run is paused ends it with a checkpoint of that step, from which it can be resumed.
    @Test(arguments: [1, 2]) func aPausedRunCanBeStopped(threads: Int) async throws {
        let path = folder.file("run-\(threads)")
        let job = try Training(endless, on: data, options: RunOptions(threads: threads, output: path)).start()
        for await event in job.progress { if case .epoch = event { break } }
        await job.pause()
        let checkpoint = try await job.checkpoint()
        job.stop()
        let outcome = try await job.outcome
        #expect(outcome.ending == .interrupted && outcome.checkpoint == checkpoint && outcome.test == nil)
        let state = try Checkpoint(path: checkpoint).state
        let steps = Counter()
        let same = try stopped(endless, steps: state.step, steps)
        #expect(same.model.parameters == outcome.model.parameters)
        let resumed = try Training.resume(path, threads: 3, data: data)
        #expect(resumed.resumedFromStep == state.step)
    }

    /// After the last step nothing is left to hold or to interrupt.
    @Test func aRunPastItsLastStepIsComplete() async throws {
        var recipe = recipe(epochs: 1)
        recipe.batchSize = 100
        for threads in [1, 2] {
            for _ in 0..<30 {
                let job = try Training(recipe, on: data, options: RunOptions(threads: threads)).start()
                await job.pause()
                job.stop()
                #expect(try await job.outcome.ending == .epochs)
            }
        }
    }

    private func stopped(_ recipe: Recipe, steps: Int, _ counter: Counter) throws -> Outcome {
        try Training(recipe, on: data).train(stop: { counter.next() == steps })
    }

    @Test func aCancelledTaskEndsTheRunWithACheckpoint() async throws {
        let expected = try straight(recipe())
        for delay in [false, true] {
            let path = folder.file("cancelled-\(delay)")
            let (data, options) = (data, RunOptions(output: path))
            let started = Mutex<CheckedContinuation<Void, Never>?>(nil)
            let recipe = delay ? endless : recipe()
            let task = Task {
                try await Training(recipe, on: data, options: options).train { _ in
                    started.withLock { $0.take() }?.resume()
                }
            }
            if delay { await withCheckedContinuation { start in started.withLock { $0 = start } } }
            task.cancel()
            let outcome = try await task.value
            #expect(outcome.ending == .interrupted && outcome.checkpoint != nil && outcome.test == nil)
            if !delay {
                expectSame(try resumed(path), expected, "resumed")
            }
        }
    }

    private func resumed(_ path: String) throws -> Outcome { try Training.resume(path, data: data).train() }

    /// The folder is free once the outcome is there, if the caller keeps no reference to the run.
    @Test func theFolderIsFreeAfterTheEnd() async throws {
        for round in 0..<20 {
            let path = folder.file("run\(round)")
            let job = try Training(recipe(epochs: 1), on: data, options: RunOptions(output: path)).start()
            _ = try await job.outcome
            _ = try Training.resume(path, data: data)
        }
    }

    @Test func aRunIsTrainedOnce() async throws {
        func expectRefused(_ error: FastTrainError?) {
            #expect(
                error
                    == .invalidUse(
                        "train: expected a run that was not trained before; create another, or resume it"))
        }
        let training = try Training(recipe(), on: data)
        _ = try await training.train()
        expectRefused(await #expect(throws: FastTrainError.self) { try await training.train() })
        expectRefused(#expect(throws: FastTrainError.self) { try training.start() })
        expectRefused(#expect(throws: FastTrainError.self) { try again(training) })
        // Also while it is trained.
        let running = try endlessRun()
        let job = try running.start()
        expectRefused(#expect(throws: FastTrainError.self) { try again(running) })
        job.stop()
        #expect(try await job.outcome.ending == .interrupted)
    }

    private func again(_ training: Training) throws(FastTrainError) -> Outcome {
        try training.train(stop: { false })
    }

    @Test func aResumedRunIsTrainedOnce() throws {
        let path = folder.file("run")
        _ = try Training(recipe(), on: data, options: RunOptions(output: path)).train(stop: { true })
        let resumed = try Training.resume(path, data: data)
        _ = try resumed.train()
        let error = #expect(throws: FastTrainError.self) { try resumed.train() }
        #expect(error?.isUsage == true)
    }

    @Test func ofConcurrentCallsOneTrains() async throws {
        let training = try Training(recipe(), on: data)
        let trained = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { (try? await training.train()) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(trained == 1)
    }

    @Test func everyEpochAndCheckpointIsAnEvent() async throws {
        let path = folder.file("run")
        let job = try Training(recipe(), on: data, options: RunOptions(output: path)).start()
        // Also for someone who begins to read after the end.
        let outcome = try await job.outcome
        var epochs: [EpochRecord] = []
        var paths: [String] = []
        for await event in job.progress {
            switch event {
            case .epoch(let record): epochs.append(record)
            case .saved(let path): paths.append(path)
            case .step: break
            }
        }
        #expect(epochs == outcome.history && paths.count == 6 && paths.last == outcome.checkpoint)
        for await _ in job.progress { Issue.record("an event after the end") }
    }

    @Test func unreadStepsReplaceEachOther() async throws {
        let mailbox = EventMailbox()
        func step(_ number: Int) -> TrainingProgress {
            .step(
                StepProgress(
                    epoch: 1, epochs: 1, step: number, steps: 2000, loss: 0, samplesPerSecond: 0, secondsLeft: 0))
        }
        for number in 0..<1000 { mailbox.send(step(number)) }
        mailbox.send(.saved(path: "a"))
        for number in 1000..<2000 { mailbox.send(step(number)) }
        mailbox.close()
        var texts: [String] = []
        for await event in TrainingEvents(mailbox: mailbox) {
            switch event {
            case .step(let progress): texts.append("\(progress.step)")
            case .saved(let path): texts.append(path)
            case .epoch: break
            }
        }
        #expect(texts == ["999", "a", "1999"])
    }

    @Test func cancellingAReaderDoesNotStopTheRun() async throws {
        let job = try endlessRun().start()
        let events = job.progress
        let readers = (0..<4).map { _ in Task { for await _ in events {} } }
        for reader in readers { reader.cancel() }
        for reader in readers { await reader.value }
        // The events still come to those who are left.
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() != nil)
        job.stop()
        #expect(try await job.outcome.ending == .interrupted)
        while await iterator.next() != nil {}
    }

    @Test func aCheckpointNeedsAFolder() async throws {
        let job = try endlessRun().start()
        await job.pause()
        let error = await #expect(throws: FastTrainError.self) { try await job.checkpoint() }
        #expect(error == .noFolder)
        job.stop()
        _ = try await job.outcome
        let late = await #expect(throws: FastTrainError.self) { try await job.checkpoint() }
        #expect(late == .noFolder)
        // After the end, nothing waits.
        await job.pause()
        job.resume()
    }

    /// A checkpoint that cannot be written is the error of the task that asked for it. The run goes on.
    @Test func aFailedCheckpointDoesNotEndTheRun() async throws {
        let path = folder.file("run")
        let job = try Training(
            endless, on: data, options: RunOptions(threads: 2, output: path, checkpointEvery: 1_000_000_000)
        ).start()
        let checkpoints = path + "/checkpoints"
        #expect(try await job.checkpoint().hasPrefix(checkpoints))
        for await event in job.progress { if case .epoch = event { break } }
        await job.pause()
        try #require(rename(checkpoints, path + "/elsewhere") == 0)
        try writeBytes([], to: checkpoints)
        let error = await #expect(throws: FastTrainError.self) { try await job.checkpoint() }
        #expect(error?.exitCode == 73 || error?.exitCode == 74, "\(String(describing: error))")
        try #require(unlink(checkpoints) == 0 && rename(path + "/elsewhere", checkpoints) == 0)
        #expect(try await job.checkpoint().hasPrefix(checkpoints))
        job.resume()
        job.stop()
        #expect(try await job.outcome.ending == .interrupted)
    }

    @Test(arguments: [1, 3]) func aFailureReachesEveryone(threads: Int) async throws {
        var recipe = endless
        recipe.optimizer = .sgd
        recipe.learningRate = 1e30
        recipe.schedule = .constant
        let values = try SmallData.values()
        let path = folder.file("run-\(threads)")
        let job = try Training(recipe, on: values, options: RunOptions(threads: threads, output: path)).start()
        for await _ in job.progress {}
        let error = await #expect(throws: FastTrainError.self) { try await job.outcome }
        #expect(error?.exitCode == 76)
        #expect(await #expect(throws: FastTrainError.self) { try await job.checkpoint() } == error)
        await job.pause()
    }

    /// Many tasks that ask for everything at once, at any time, are all answered.
    @Test func crossingRequestsAreAllAnswered() async throws {
        let expected = try straight(recipe(epochs: 200))
        let job = try Training(
            recipe(epochs: 200), on: data,
            options: RunOptions(threads: 2, output: folder.file("run"), checkpointEvery: 1_000_000)
        ).start()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    for _ in 0..<8 {
                        switch number % 3 {
                        case 0: await job.pause()
                        case 1: _ = try? await job.checkpoint()
                        default: job.resume()
                        }
                        await Task.yield()
                    }
                    job.resume()
                }
            }
        }
        job.resume()
        expectSame(try await job.outcome, expected, "crossing requests")
    }
}
