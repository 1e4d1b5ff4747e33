import Glibc

/// A search for the best recipe.
///
/// A search trains many trials and compares them on validation rows. The best recipe is then trained on all training
/// rows and evaluated on the test rows, once.
///
///     let search = try Search(Recipe(), space: .standard(for: data), on: data)
///     let outcome = try search.run()
///     print(outcome.final!.test!.accuracy!)
///
/// Trials, results and winner depend only on the recipe (including its seed), the space, the data and the options. They
/// do not depend on the number of threads, on how many trials train side by side, or on how often the search was
/// stopped and resumed. The only exception is a time limit.
public final class Search: Sendable {
    /// The recipe that trials share except for what the space varies. Its `epochs` is the maximum for a trial.
    public var recipe: Recipe { description.recipe }
    /// The settings that vary between trials.
    public var space: SearchSpace { description.space }
    /// The strategy that decides which trials are trained for how long.
    public var method: SearchMethod { description.method }
    /// The number of trials.
    public var trials: Int { description.trials }
    /// The number of cross-validation folds; see `SearchOptions.folds`.
    public var folds: Int? { description.folds }
    /// The data set to train on.
    public let data: Dataset
    /// The number of threads.
    public let threads: Int
    /// The time limit in seconds; see `SearchOptions.time`.
    public let time: Double?
    /// The path of the search's folder; `nil` if there is none.
    public var output: String? { folder?.path }

    let description: SearchDescription
    private let folder: SearchFolder?

    /// The number of epochs for a search whose recipe does not set it: Hyperband's rungs of 1, 3, 9 and 27 epochs.
    public static let standardEpochs = 27

    /// Creates a new search, or continues the search in `options.output` if it has the same settings.
    ///
    /// - Parameters:
    ///   - recipe: The recipe that trials share.
    ///   - space: The settings that vary between trials.
    ///   - data: The data set to train on.
    ///   - dataPath: The path of the data set file that `search.json` records for resuming.
    ///   - options: The options of the search.
    /// - Throws: `.usage` if a setting is out of range or the recipe of a trial, which it names, is not valid;
    ///   `.cannotCreate` if the folder cannot be used; `.folderInUse` if another process owns it.
    public convenience init(
        _ recipe: Recipe, space: SearchSpace, on data: Dataset, dataPath: String? = nil,
        options: SearchOptions = SearchOptions()
    ) throws(FastTrainError) {
        var recipe = recipe
        if let folds = options.folds {
            guard (2...min(1000, max(2, data.train.count))).contains(folds) else {
                throw .usage("--folds: expected a number from 2 to \(min(1000, data.train.count)), found \(folds)")
            }
            recipe.validation = 1 / Double(folds)
        }
        guard recipe.validation > 0 else { throw .usage("--validation: expected rows to choose by, found 0") }
        guard recipe.monitor != .trainLoss else {
            throw .usage("--monitor: expected validation-loss or validation-score to choose by, found train-loss")
        }
        if recipe.monitor == .validationLoss, space.dimensions.contains(where: { $0.name == "loss" }) {
            throw .usage("the space varies the loss: that takes --monitor validation-score to choose by")
        }
        var description = SearchDescription(
            recipe: recipe, method: options.method, trials: try Self.trials(options, space), folds: options.folds,
            finalEpochs: options.finalEpochs, space: space, data: dataPath.map { absolutePath($0) },
            fingerprint: data.fingerprint)
        if let fault = description.fault {
            let option = String(fault.member.map { $0 == "_" ? "-" : $0 })
            throw .usage("--\(option): expected \(fault.expected), found \(fault.found)")
        }
        // Read back the written form, because a value can be written in two ways: one activation, or a list of one.
        description = try SearchDescription(json: description.json, file: "the search")
        let threads = try checkedThreads(options.threads)
        try Self.checkTrials(description, data, threads: threads)
        let folder = try options.output.map { path throws(FastTrainError) in
            try SearchFolder.take(path, for: description)
        }
        try self.init(description, data: data, folder: folder, threads: options.threads, time: options.time)
    }

    /// Resumes the search in a folder.
    ///
    /// - Parameters:
    ///   - path: The path of the search's folder.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    ///   - time: The time limit of this session in seconds; see `SearchOptions.time`.
    ///   - data: The data set of the search; `nil` opens the file that `search.json` names.
    /// - Throws: `.noInput` if there is no search; `.badData` if the data is not that of the search; `.folderInUse` if
    ///   another process owns the folder.
    public static func resume(
        _ path: String, threads: Int? = nil, time: Double? = nil, data: Dataset? = nil
    ) throws(FastTrainError) -> Search {
        let folder = try SearchFolder.open(path)
        let description = folder.description
        let data =
            if let data { data } else if let path = description.data { try Dataset(path: path) } else {
                try Dataset.mnistSample()
            }
        guard data.fingerprint == description.fingerprint else {
            throw .badData(
                file: data.name, place: .named("fingerprint"),
                expected: "\(description.fingerprint), the data of the search in \(path)", found: data.fingerprint)
        }
        return try Search(description, data: data, folder: folder, threads: threads, time: time)
    }

    /// Returns whether a folder holds a search.
    public static func isSearch(_ path: String) throws(FastTrainError) -> Bool { try SearchFolder.isOne(path) }

    private init(
        _ description: SearchDescription, data: Dataset, folder: SearchFolder?, threads: Int?, time: Double?
    ) throws(FastTrainError) {
        guard time.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw .usage("--time: expected a time above 0, found \(time ?? 0) s")
        }
        self.threads = try checkedThreads(threads)
        self.description = description
        self.data = data
        self.folder = folder
        self.time = time
    }

    /// Returns the number of trials. Throws `.usage` if a grid is infinite, too large, or larger than the given number.
    private static func trials(_ options: SearchOptions, _ space: SearchSpace) throws(FastTrainError) -> Int {
        guard options.method == .grid else { return options.trials ?? 50 }
        guard let combinations = space.combinations else {
            let ranges = space.dimensions.filter { if case .range = $0.values { true } else { false } }.map(\.name)
            throw .usage(
                "--method grid: expected lists of values, found "
                    + (ranges.isEmpty ? "more than 10^9 combinations" : "a range of \(ranges.joined(separator: ", "))"))
        }
        if let trials = options.trials, trials < combinations {
            throw .usage("--trials: a grid has all its \(combinations) combinations, found \(trials)")
        }
        return combinations
    }

    // MARK: - Trials

    /// Returns the settings in which a trial differs from the recipe.
    func settings(of trial: Int) -> RecipeChanges { description.settings(of: trial) }

    /// Throws `.usage` for the first trial whose recipe is not valid.
    private static func checkTrials(
        _ description: SearchDescription, _ data: Dataset, threads: Int
    ) throws(FastTrainError) {
        let fold = description.folds.map { Fold(index: 0, count: $0) }
        _ = try Sampling(recipe: description.recipe, split: data.train, task: data.task, fold: fold)
        for trial in 0..<description.trials {
            let settings = description.settings(of: trial)
            do {
                let recipe = try settings.applied(to: description.recipe).resolved(for: data)
                _ = try InstructionSet.chosen(for: recipe.precision)
                let network = recipe.network(for: data)
                try Checkpoint.expectSavable(network, recipe)  // were it the best
                try MemoryLimit.check(
                    network, recipe: recipe, rows: StepEngine.rows(recipe, of: data.train.count, threads: threads),
                    threads: threads, isSaved: false)
            } catch .usage(let message) {
                throw .usage(
                    settings.settings.isEmpty
                        ? message : "trial \(trial + 1), \(JSON.object(settings.settings).text): \(message)")
            }
        }
    }

    /// Returns the recipe for training a trial for the given number of epochs. Its warmup and its decay steps keep
    /// their proportion to the number of epochs.
    func recipe(_ settings: RecipeChanges, epochs: Int) -> Recipe {
        var result = settings.applied(to: recipe)
        let share = Double(epochs) / Double(recipe.epochs)
        result.epochs = epochs
        result.warmup *= share
        result.decayEpochs = max(1, Int((Double(result.decayEpochs) * share).rounded()))
        return result
    }

    /// Trains one trial, fold by fold. Divergence is a result, not an error.
    ///
    /// - Parameters:
    ///   - job: The trial and its number of epochs.
    ///   - threads: The number of threads.
    ///   - stop: A function that is polled after each step and can end the training.
    ///   - onEpoch: A function that is called at the end of each epoch.
    /// - Returns: The result, or `nil` if `stop` ended the training.
    func train(
        _ job: SearchPlan.Job, threads: Int, stop: @escaping @Sendable () -> Int32?,
        onEpoch: @escaping @Sendable () -> Void
    ) throws(FastTrainError) -> TrialResult? {
        let begin = RunClock.now()
        let settings = settings(of: job.trial)
        let recipe = recipe(settings, epochs: job.epochs)
        var ends: [EpochRecord] = []
        var divergence: String?
        for fold in 0..<(folds ?? 1) {
            var options = RunOptions(threads: threads)
            options.fold = folds.map { Fold(index: fold, count: $0) }
            let session = RunLoop(
                try Training(recipe, on: data, options: options), stop: stop,
                progress: { if case .epoch = $0 { onEpoch() } })
            do {
                try session.run()
            } catch {
                guard case .diverged(let epoch, _, let what, _) = error else { throw error }
                divergence = "\(what) in epoch \(epoch)"
                break
            }
            if session.interrupted != nil { return nil }
            // With a patience, the last epochs are those without improvement.
            let best = recipe.endsByValidation ? session.best?.epoch : nil
            ends.append(session.history[(best ?? session.history.count) - 1])
        }
        let count = Double(ends.count)
        let isSound = divergence == nil
        return TrialResult(
            job: job, settings: settings,
            validationLoss: isSound ? ends.reduce(0) { $0 + $1.validationLoss! } / count : nil,
            score: isSound ? ends.reduce(0) { $0 + ($1.validationAccuracy ?? $1.validationR2!) } / count : nil,
            bestEpoch: isSound ? Int((ends.reduce(0) { $0 + Double($1.epoch) } / count).rounded()) : nil,
            divergence: divergence, seconds: RunClock.now() - begin, isScoredByAccuracy: isScoredByAccuracy)
    }

    /// Whether the score of a trial is an accuracy; otherwise it is R².
    public var isScoredByAccuracy: Bool { recipe.isScoredByAccuracy(data.task) }

    // MARK: - Running the search

    /// Trains all remaining trials and then the winner. With a folder, writes all results there.
    ///
    /// - Parameters:
    ///   - stop: A function that all threads poll after each step. If it returns a signal number, the search ends.
    ///     Everything
    ///     finished by then is in the folder.
    ///   - progress: A function that is called with the progress of the search.
    /// - Returns: The ranking of the trials and the trained winner.
    /// - Throws: `.diverged` if all trials diverged, and any error of training and of writing files.
    public func run(
        stop: @escaping @Sendable () -> Int32? = { nil },
        progress: @escaping @Sendable (SearchProgress) -> Void = { _ in }
    ) throws(FastTrainError) -> SearchOutcome {
        let begin = RunClock.now()
        let results = try folder?.takeTrials(isScoredByAccuracy: isScoredByAccuracy) { progress(.warning($0)) }
        let board = try SearchBoard(
            self, results: results ?? [], folder: folder, begin: begin, stop: stop, progress: progress)
        let isChosen = try folder?.isChosen ?? false
        if !isChosen { try board.run() }
        let ranking = board.plan.ranking
        func outcome(_ training: Training?, _ final: Outcome?, _ interrupted: Int32?) -> SearchOutcome {
            SearchOutcome(
                ranking: ranking, training: training, final: final,
                isCutShort: board.isCutShort || (isChosen && !board.plan.ready.isEmpty),
                interrupted: interrupted, seconds: RunClock.now() - begin)
        }
        if let interrupted = board.interrupted { return outcome(nil, nil, interrupted) }
        guard let winner = ranking.first else { throw .internalError("a search without a trial") }
        if let divergence = winner.divergence {
            throw .diverged(
                epoch: 0, step: 0, what: "all \(ranking.count) trials did, the first by \(divergence)",
                checkpoint: nil)
        }
        let training = try finalTraining(of: winner, isBegun: isChosen)
        progress(.winner(winner, recipe: training.recipe))
        let final = try training.train(stop: stop, progress: { progress(.training($0)) })
        return outcome(training, final, final.interrupted)
    }

    /// Returns the recipe for training the winner on all training rows. There are no validation rows left, so training
    /// cannot stop early.
    func finalRecipe(of winner: TrialResult) -> Recipe {
        let own = recipe.endsByValidation ? winner.bestEpoch ?? winner.epochs : winner.epochs
        var result = recipe(winner.settings, epochs: description.finalEpochs ?? own)
        result.validation = 0
        result.monitor = .trainLoss
        result.patience = nil
        result.minDelta = 0
        return result
    }

    private func finalTraining(of winner: TrialResult, isBegun: Bool) throws(FastTrainError) -> Training {
        let recipe = finalRecipe(of: winner)
        if let folder, isBegun {
            try expectBest(recipe, of: winner, in: folder)
            return try Training.resume(folder.bestPath, threads: threads, data: data)
        }
        var options = RunOptions(threads: threads, output: folder?.bestPath)
        options.isOfSearch = true
        return try Training(recipe, on: data, dataPath: description.data, options: options)
    }

    /// Throws `.badData` if the run in `best` is not the winner's. Only its number of epochs may have changed.
    private func expectBest(_ recipe: Recipe, of winner: TrialResult, in folder: SearchFolder) throws(FastTrainError) {
        var expected = try recipe.resolved(for: data)
        let found = try RunDescription(folder: folder.bestPath).recipe
        expected.epochs = found.epochs
        guard found != expected else { return }
        let members = zip(expected.jsonMembers, found.jsonMembers)
        guard let (member, other) = members.first(where: { $0.value != $1.value }) else { return }
        throw .badData(
            file: RunFolder.recipePath(in: folder.bestPath), place: .named(member.name),
            expected: "\(member.value.text), as trial \(winner.trial + 1), the best of trials.jsonl, has it",
            found: other.value.text)
    }
}

extension SearchDescription {
    /// Returns the settings in which a trial differs from the recipe.
    func settings(of trial: Int) -> RecipeChanges {
        let members = method == .grid ? space.combination(trial) : space.draw(trial, seed: recipe.seed)
        // The space has already validated each value.
        return (try? RecipeChanges(.object(members), file: "", place: .file)) ?? RecipeChanges()
    }
}
