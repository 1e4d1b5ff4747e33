import Foundation
import Synchronization
import Testing

@testable import FastTrain

/// A search has the same trials, results and winner on any number of threads and however often it is stopped.
struct SearchTests {
    private let folder = ScratchFolder()
    private let data: Dataset
    private let space: SearchSpace

    init() throws {
        data = try SmallData.classes(rows: 120, testRows: 40)
        space = try SearchSpace(
            JSON(
                parsing: """
                    {"hidden": [[4], [8, 4], [16]], "learning_rate": {"low": 1e-3, "high": 0.1, "log": true},
                     "dropout": [0, 0.2], "activation": ["relu", "tanh"]}
                    """, file: ""), file: "", lines: [:])
    }

    private var recipe: Recipe {
        var recipe = Recipe()
        recipe.batchSize = 16
        recipe.epochs = 9
        recipe.seed = 3
        recipe.validation = 0.25
        return recipe
    }

    private func options(threads: Int, output: String? = nil) -> SearchOptions {
        var options = SearchOptions()
        options.trials = 17
        options.threads = threads
        options.output = output
        return options
    }

    /// The results that two equal searches share: the leaderboard without times, and the winner's parameters.
    private func essence(_ outcome: SearchOutcome) -> ([String], Parameters?) {
        (
            outcome.ranking.map { result in
                guard case .object(let members) = result.json else { return "" }
                return JSON.object(members.filter { $0.name != "seconds" }).text
            }, outcome.final?.model.parameters
        )
    }

    @Test(arguments: [2, 3, 5])
    func sameOnAnyNumberOfThreads(threads: Int) throws {
        let one = essence(try Search(recipe, space: space, on: data, options: options(threads: 1)).run())
        let many = essence(try Search(recipe, space: space, on: data, options: options(threads: threads)).run())
        #expect(one.0 == many.0 && one.0.count == 17)
        #expect(one.1 == many.1 && one.1 != nil)
    }

    @Test func stoppedAndResumed() throws {
        let straight = essence(try Search(recipe, space: space, on: data, options: options(threads: 2)).run())
        let path = folder.file("search")
        var sessions = 0
        while true {
            sessions += 1
            // Each session trains three trials and is then stopped by a signal; each time an incomplete line is left
            // behind.
            let left = Mutex(3)
            let search =
                sessions == 1
                ? try Search(recipe, space: space, on: data, options: options(threads: 2, output: path))
                : try Search.resume(path, threads: sessions % 3 + 1, data: data)
            let outcome = try search.run(
                stop: { left.withLock { $0 <= 0 } },
                progress: { if case .trial = $0 { left.withLock { $0 -= 1 } } })
            if !outcome.isInterrupted {
                #expect(essence(outcome).0 == straight.0 && essence(outcome).1 == straight.1)
                break
            }
            #expect(outcome.isInterrupted)
            if outcome.final == nil { try append("{\"trial\":", to: path + "/trials.jsonl") }
        }
        #expect(sessions > 4)
        // Once more, with nothing left to do.
        let again = try Search(recipe, space: space, on: data, options: options(threads: 1, output: path)).run()
        #expect(essence(again).0 == straight.0 && essence(again).1 == straight.1)
        #expect(try Model(path: path + "/best").parameters == straight.1)
    }

    private func append(_ text: String, to path: String) throws {
        try writeBytes(try readBytes(path) + Array(text.utf8), to: path)
    }

    @Test func stoppedDuringTheWinnersTraining() throws {
        let path = folder.file("search")
        let isFinal = Mutex(false)
        do {  // the outcome owns the winner's folder
            let stopped = try Search(recipe, space: space, on: data, options: options(threads: 1, output: path)).run(
                stop: { isFinal.withLock { $0 } },
                progress: { if case .winner = $0 { isFinal.withLock { $0 = true } } })
            #expect(stopped.isInterrupted && stopped.final?.test == nil)
        }
        let rest = try Search.resume(path, threads: 2, data: data).run()
        let straight = try Search(recipe, space: space, on: data, options: options(threads: 1)).run()
        #expect(essence(rest).1 == essence(straight).1)
        #expect(rest.final?.test == straight.final?.test)
    }

    @Test func aTrialEqualsTrainingItsRecipe() throws {
        let search = try Search(recipe, space: space, on: data, options: options(threads: 2))
        let outcome = try search.run()
        let winner = outcome.ranking[0]
        let alone = try Training(search.recipe(winner.settings, epochs: winner.epochs), on: data).train()
        #expect(alone.history.last?.validationLoss == winner.validationLoss)
        #expect(alone.history.last?.validationAccuracy == winner.score)
        // The winner is trained on all rows for the same number of epochs.
        let recipe = outcome.training!.recipe
        #expect(recipe.validation == 0 && recipe.epochs == winner.epochs && outcome.training!.trainRows == 120)
        #expect(outcome.final?.test?.samples == 40)
    }

    @Test func foldsAreAveraged() throws {
        var folded = options(threads: 2)
        folded.folds = 3
        folded.trials = 2
        folded.method = .random
        let search = try Search(recipe, space: space, on: data, options: folded)
        let result = try #require(try search.run().ranking.first)
        let losses = try (0..<3).map { index in
            var options = RunOptions(threads: 1)
            options.fold = Fold(index: index, count: 3)
            return try Training(search.recipe(result.settings, epochs: 9), on: data, options: options).train()
                .history.last!.validationLoss!
        }
        #expect(result.validationLoss == losses.reduce(0, +) / 3)
        #expect(Set(losses).count == 3)
    }

    /// Warmup and steps keep their proportion to the epochs of a rung. With a patience, the best epoch counts.
    @Test func shorterTrainingsKeepProportions() throws {
        var recipe = recipe
        recipe.warmup = 3
        recipe.decayEpochs = 6
        recipe.patience = 2
        recipe.schedule = .step
        let search = try Search(recipe, space: space, on: data, options: options(threads: 1))
        let third = search.recipe(RecipeChanges(), epochs: 3)
        #expect(third.warmup == 1 && third.decayEpochs == 2 && third.epochs == 3)
        let outcome = try search.run()
        let winner = outcome.ranking[0]
        #expect(outcome.training?.recipe.epochs == winner.bestEpoch)
        #expect(outcome.training?.recipe.patience == nil && outcome.training?.recipe.monitor == .trainLoss)
    }

    @Test func aGridTriesAllCombinations() throws {
        var grid = options(threads: 2)
        grid.method = .grid
        grid.trials = nil
        let space = try SearchSpace(
            JSON(parsing: #"{"hidden": [[4], [8]], "batch_size": [16, 32]}"#, file: ""), file: "", lines: [:])
        let outcome = try Search(recipe, space: space, on: data, options: grid).run()
        #expect(Set(outcome.ranking.map { JSON.object($0.settings.settings).text }).count == 4)
    }

    @Test func divergedTrialsComeLast() throws {
        var options = options(threads: 2)
        options.method = .grid
        options.trials = nil
        var recipe = recipe
        recipe.optimizer = .sgd
        let space = try SearchSpace(
            JSON(parsing: #"{"learning_rate": [1e30, 0.01, 1e30]}"#, file: ""), file: "", lines: [:])
        let outcome = try Search(recipe, space: space, on: data, options: options).run()
        #expect(outcome.ranking.map(\.trial) == [1, 0, 2])
        #expect(outcome.ranking[1].divergence != nil && outcome.ranking[1].validationLoss == nil)
        let hopeless = try SearchSpace(
            JSON(parsing: #"{"learning_rate": [1e30, 2e30]}"#, file: ""), file: "", lines: [:])
        #expect(exitCode { _ = try Search(recipe, space: hopeless, on: data, options: options).run() } == 76)
    }

    @Test func withoutTimeOneTrialIsTrained() throws {
        var short = options(threads: 1)
        short.time = 1e-9
        let outcome = try Search(recipe, space: space, on: data, options: short).run()
        #expect(outcome.isCutShort && outcome.ranking.count == 1 && outcome.final != nil)
    }

    @Test func regressionIsRankedByR2() throws {
        let numbers = try SmallData.values(rows: 60)
        var recipe = recipe
        recipe.monitor = .validationScore
        var few = options(threads: 2)
        few.trials = 4
        let outcome = try Search(recipe, space: space, on: numbers, options: few).run()
        #expect(outcome.ranking.map { $0.score! } == outcome.ranking.map { $0.score! }.sorted(by: >))
        #expect(outcome.ranking[0].json["validation_r2"] != nil && outcome.final?.test == nil)
    }

    @Test func theStandardSpaceRoundTrips() throws {
        let path = folder.file("search")
        let standard = SearchSpace.standard(for: data)
        let options = options(threads: 1, output: path)
        let first = try Search(recipe, space: standard, on: data, options: options).settings(of: 3)
        #expect(try Search(recipe, space: standard, on: data, options: options).settings(of: 3) == first)
        #expect(try Search.resume(path, data: data).settings(of: 3) == first)
        #expect(exitCode { _ = try Training(recipe, on: data, options: RunOptions(output: path)) } == 73)
    }

    @Test func theFolderOfAnotherSearchIsRefused() throws {
        let path = folder.file("search")
        let options = options(threads: 1, output: path)
        _ = try Search(recipe, space: space, on: data, options: options)
        var other = recipe
        other.batchSize = 32
        #expect(exitCode { _ = try Search(other, space: space, on: data, options: options) } == 73)
        let run = folder.file("run")
        var few = recipe
        few.epochs = 1
        _ = try Training(few, on: data, options: RunOptions(output: run)).train()
        #expect(
            exitCode { _ = try Search(recipe, space: space, on: data, options: self.options(threads: 1, output: run)) }
                == 73)
        #expect(exitCode { _ = try Search.resume(run) } == 66)
        expectBadData("small values", .named("fingerprint")) {
            _ = try Search.resume(path, data: try SmallData.values())
        }
    }

    /// A possible result of the first trial.
    private func firstResult(rung: Int = 0, settings: RecipeChanges) -> TrialResult {
        TrialResult(
            job: .init(trial: 0, bracket: 0, rung: rung, epochs: 1), settings: settings, validationLoss: 1, score: 1,
            bestEpoch: 1, divergence: nil, seconds: 1, isScoredByAccuracy: true)
    }

    private func line(_ text: String, of search: Search) -> [UInt8] {
        search.description.seal.line(of: Array(text.utf8))
    }

    /// Returns the folder of a search that has not trained anything yet, and a possible result of its first trial.
    private func begun(_ path: String) throws -> (SearchFolder, TrialResult) {
        let settings = try Search(recipe, space: space, on: data, options: options(threads: 1, output: path)).settings(
            of: 0)
        return (try SearchFolder.open(path), firstResult(settings: settings))
    }

    @Test func aLineOfAnotherSearchIsRefused() throws {
        let path = folder.file("search")
        let search = try Search(recipe, space: space, on: data, options: options(threads: 1, output: path))
        let foreign = firstResult(settings: search.settings(of: 1))
        try writeBytes(line(foreign.json.text, of: search), to: path + "/trials.jsonl")
        expectBadData(path + "/trials.jsonl", .line(1)) { _ = try search.run() }
        try writeBytes(line("nonsense", of: search), to: path + "/trials.jsonl")
        expectBadData(path + "/trials.jsonl", .line(1)) { _ = try search.run() }
        for rung in [-1, 1 << 62] {
            let strange = firstResult(rung: rung, settings: search.settings(of: 0))
            try writeBytes(line(strange.json.text, of: search), to: path + "/trials.jsonl")
            expectBadData(path + "/trials.jsonl", .line(1)) { _ = try search.run() }
        }
    }

    /// An editor may add carriage returns. Finished trials are not trained again.
    @Test func linesMayEndWithCarriageReturns() throws {
        let path = folder.file("search")
        let (search, result) = try begun(path)
        let line = search.seal.line(of: Array(result.json.text.utf8)).dropLast() + Array("\r\n".utf8)
        try writeBytes(line + Array("{\"trial\":".utf8), to: path + "/trials.jsonl")
        #expect(try search.takeTrials(isScoredByAccuracy: true).map(\.result) == [result])
        #expect(try readBytes(path + "/trials.jsonl") == line)
    }

    /// After a power failure the last line may lack a part or some sectors; its trial is trained again. A flipped bit
    /// in any other line is reported.
    @Test func everyFlippedBitOfALine() throws {
        let path = folder.file("search")
        let trials = path + "/trials.jsonl"
        let (search, result) = try begun(path)
        let line = search.seal.line(of: Array(result.json.text.utf8))
        func take(_ bytes: [UInt8]) throws -> Int {
            try writeBytes(bytes, to: trials)
            return try search.takeTrials(isScoredByAccuracy: true).count
        }
        #expect(try take(line) == 1)
        #expect(try take(line + [UInt8](repeating: 0, count: 9) + line.dropFirst(9)) == 1)
        #expect(try readBytes(trials) == line)
        for bit in 0..<8 * (line.count - 1) {
            var flipped = line
            flipped[bit / 8] ^= 1 << (bit % 8)
            // A newline inside a line splits it in two.
            if flipped[bit / 8] == UInt8(ascii: "\n") { continue }
            #expect(try take(flipped) == 0)
            expectBadData(trials, .line(1)) { _ = try take(flipped + line) }
            #expect(try readBytes(trials) == flipped + line)
        }
    }

    /// The file of a search by an earlier version has no order of products. Its trials keep that of pairs, and its lines
    /// their digests.
    @Test func theOrderOfProductsIsThatOfTheFile() throws {
        func description(_ recipe: Recipe) throws -> SearchDescription {
            let space = try SearchSpace(
                JSON(parsing: #"{"precision": ["f32", "bf16"]}"#, file: ""), file: "", lines: [:])
            return SearchDescription(
                recipe: recipe, method: .random, trials: 2, folds: nil, finalEpochs: nil, space: space, data: nil,
                fingerprint: "ff")
        }
        var changes = RecipeChanges()
        changes.set(\.precision, to: .bf16)
        for (precision, accumulation) in [(Precision.f32, nil), (.bf16, Accumulation.pairs), (.bf16, .tiles)] {
            var recipe = recipe
            (recipe.precision, recipe.accumulation) = (precision, accumulation)
            let text = try description(recipe).json.text
            #expect(text.contains("accumulation") == (accumulation == .tiles))
            let read = try SearchDescription(json: JSON(parsing: text, file: "s"), file: "s")
            #expect(read.json.text == text)
            #expect(read.recipe(changes).accumulation == accumulation ?? .pairs)
        }
        var recipe = recipe
        recipe.accumulation = .pairs
        let text = try description(recipe).json.text
        #expect(try SearchDescription(json: JSON(parsing: text, file: "s"), file: "s").recipe == recipe)
    }

    /// Once the winner's training has begun, the choice is final, so missing trials are not trained again.
    @Test func aMissingLineAfterTheChoice() throws {
        let path = folder.file("search")
        do { _ = try Search(recipe, space: space, on: data, options: options(threads: 1, output: path)).run() }
        let trials = path + "/trials.jsonl"
        let content = try readBytes(trials)
        var damaged = content
        damaged[damaged.count - 60] ^= 1
        let search = try Search.resume(path, data: data)
        let count = content.filter { $0 == UInt8(ascii: "\n") }.count
        for (bytes, line) in [(damaged, count), (Array(content.dropLast()), count), ([], 1)] {
            try writeBytes(bytes, to: trials)
            expectBadData(trials, .line(line)) { _ = try search.run() }
            #expect(try readBytes(trials) == bytes)
        }
    }

    /// After a failed write, which may have left a part of a line, no other line follows.
    @Test func nothingFollowsAFailedLine() throws {
        let path = folder.file("search")
        let (search, result) = try begun(path)
        let trials = path + "/trials.jsonl"
        let failure = FastTrainError.inputOutput(path: trials, operation: "open", reason: "No such file or directory")
        #expect(throws: failure) { try search.append(result) }
        try writeBytes([], to: trials)
        #expect(throws: failure) { try search.append(result) }
        #expect(try readBytes(trials).isEmpty)
    }

    @Test(arguments: [("validation", JSON.number(0)), ("monitor", .string("train-loss"))])
    func aSearchWithoutValidationIsRefused(name: String, value: JSON) throws {
        let search = try Search(recipe, space: space, on: data, options: options(threads: 1))
        guard case .object(var members) = search.description.json,
            case .object(let settings)? = search.description.json["recipe"]
        else { return }
        members.removeAll { $0.name == "recipe" }
        members.append(.init("recipe", .object(settings.filter { $0.name != name } + [.init(name, value)])))
        expectBadData("search.json", .named("recipe.\(name)")) {
            _ = try SearchDescription(json: .object(members), file: "search.json")
        }
    }

    @Test func refusals() {
        func expect(_ message: String, _ edit: (inout Recipe, inout SearchOptions) -> Void) {
            var (recipe, options) = (recipe, options(threads: 1))
            edit(&recipe, &options)
            expectUsage(message) {
                try Search(recipe, space: space, on: data, options: options)
            }
        }
        expect("trials: expected a number from 1 to 100000, found 0") { $1.trials = 0 }
        expect("folds: expected a number from 2 to 120, found 1") { $1.folds = 1 }
        expect("folds: expected a number from 2 to 120, found 121") { $1.folds = 121 }
        expect("finalEpochs: expected a number from 1 to 100000, found 0") { $1.finalEpochs = 0 }
        expect("time: expected a time above 0, found -1.0 s") { $1.time = -1 }
        expect("validation: expected a number above 0, because trials are compared on validation rows, found 0") {
            recipe, _ in recipe.validation = 0
        }
        expect("monitor: expected validation-loss or validation-score to compare trials by, found train-loss") {
            recipe, _ in
            recipe.monitor = .trainLoss
        }
        expect("`method` grid: expected lists of values, found a range of learning_rate") { $1.method = .grid }
        expect("threads: expected a number from 1 to 1024, found 0") { $1.threads = 0 }
    }

    /// A network that no machine has memory for, and a split that leaves no rows, are refused before the folder is
    /// taken.
    @Test func impossibleTrialsAreRefusedBeforeTheFolderIsTaken() throws {
        var options = options(threads: 1, output: folder.file("impossible"))
        options.method = .grid
        options.trials = nil
        let large = try SearchSpace(
            JSON(parsing: #"{"hidden": [[4], [16777216, 16777216]]}"#, file: ""), file: "", lines: [:])
        do throws(FastTrainError) {
            _ = try Search(recipe, space: large, on: data, options: options)
            Issue.record("taken")
        } catch {
            #expect(error.exitCode == 64 && error.description.contains("trial 2, {"), "\(error)")
        }
        var few = recipe
        few.validation = 1e-3
        do throws(FastTrainError) {
            _ = try Search(few, space: space, on: data, options: self.options(threads: 1, output: folder.file("few")))
            Issue.record("taken")
        } catch {
            #expect(error.exitCode == 64, "\(error)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("impossible")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("few")))
    }

    @Test func errorsNameTheTrial() throws {
        let space = try SearchSpace(
            JSON(parsing: #"{"dropout": [[0.1, 0.2]], "hidden": [[4]]}"#, file: ""), file: "", lines: [:])
        expectUsage(
            #"trial 1, {"hidden":[4],"dropout":[0.1,0.2]}: `dropout`: expected one rate, or one for each of 1 hidden layers, found 2"#
        ) { try Search(recipe, space: space, on: data, options: options(threads: 1)) }
    }
}
