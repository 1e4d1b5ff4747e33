import Glibc

/// A search for a recipe: many are trained, told apart by rows that are held out; the best is then trained on all
/// training rows and evaluated on the test rows, once.
///
///     let search = try Search(Recipe(), space: .standard(for: data), on: data)
///     let outcome = try search.run()
///     print(outcome.final!.test!.accuracy!)
///
/// Trials, figures and winner follow from recipe (its seed), space, data and options alone: not from threads, from how
/// many trials train side by side, or from how often the search was stopped and resumed. A limit of time is the exception.
public final class Search: Sendable {
    /// What all trials have but for what the space varies; `epochs` is the most that a trial is trained for.
    public var recipe: Recipe { description.recipe }
    /// What varies.
    public var space: SearchSpace { description.space }
    /// How trials are gone about.
    public var method: SearchMethod { description.method }
    /// How many.
    public var trials: Int { description.trials }
    /// See `SearchOptions`.
    public var folds: Int? { description.folds }
    /// What is learned from.
    public let data: Dataset
    /// Threads that work at once.
    public let threads: Int
    /// See `SearchOptions`.
    public let time: Double?
    /// The folder of the search.
    public var output: String? { folder?.path }

    let description: SearchDescription
    private let folder: SearchFolder?

    /// The epochs of a search whose recipe does not say: 1, 3, 9 and 27 of Hyperband's rungs.
    public static let standardEpochs = 27

    /// A new search or, when `options.output` holds this very one, the rest of it.
    ///
    /// `dataPath` is what `search.json` will name as the data's file. Throws `.usage` when a setting is out of range,
    /// names the trial whose recipe cannot be, and as taking the folder does.
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
        // As it is read again: there are two ways to write one value (a list of one activation, and that activation).
        description = try SearchDescription(json: description.json, file: "the search")
        let threads = try checkedThreads(options.threads)
        try Self.checkTrials(description, data, threads: threads)
        let folder = try options.output.map { path throws(FastTrainError) in
            try SearchFolder.take(path, for: description)
        }
        try self.init(description, data: data, folder: folder, threads: options.threads, time: options.time)
    }

    /// Goes on with the search in a folder; `data`: nil to open the file that `search.json` names.
    ///
    /// Throws `.noInput` when there is none, `.badData` when the data is not that of the search, `.folderInUse`.
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

    /// Whether a folder holds a search.
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

    /// How many trials; throws `.usage` when a grid has no end.
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

    /// What sets a trial apart.
    func settings(of trial: Int) -> RecipeChanges { description.settings(of: trial) }

    /// Throws `.usage` for the first trial whose recipe cannot be.
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
                    network, recipe: recipe, rows: TrainingEngine.rows(recipe, of: data.train.count, threads: threads),
                    threads: threads, isSaved: false)
            } catch .usage(let message) {
                throw .usage(
                    settings.settings.isEmpty
                        ? message : "trial \(trial + 1), \(JSON.object(settings.settings).text): \(message)")
            }
        }
    }

    /// The recipe by which a trial is trained for so many epochs: its warm-up and its steps are as long a part of them as
    /// they are of all.
    func recipe(_ settings: RecipeChanges, epochs: Int) -> Recipe {
        var result = settings.applied(to: recipe)
        let share = Double(epochs) / Double(recipe.epochs)
        result.epochs = epochs
        result.warmup *= share
        result.decayEpochs = max(1, Int((Double(result.decayEpochs) * share).rounded()))
        return result
    }

    /// Trains one trial, fold by fold. `onEpoch` is called at the end of each epoch. Returns nil when `stop` ended it.
    ///
    /// Diverging is a result. Throws what else goes wrong.
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
            let session = TrainingSession(
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
            // With a patience the last epochs are those that were no better.
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

    /// Whether a trial's score is an accuracy, rather than R².
    public var isScoredByAccuracy: Bool { recipe.isScoredByAccuracy(data.task) }

    // MARK: - The whole

    /// Trains all trials that are not trained yet, then the winner; with a folder, writes everything there.
    ///
    /// `stop` is polled after each step of each training, by all threads: a signal's number ends the search. What was
    /// finished is then in the folder. Throws `.diverged` when all trials did, and as training and writing files do.
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

    /// The recipe of the winner's last training: on all training rows, so that none are left to stop by.
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

    /// Throws `.badData` when the run in `best` is not the winner's, whose epochs may be others by now.
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
    /// What sets a trial apart from the recipe.
    func settings(of trial: Int) -> RecipeChanges {
        let members = method == .grid ? space.combination(trial) : space.draw(trial, seed: recipe.seed)
        // The space has checked each value by the same fields.
        return (try? RecipeChanges(.object(members), file: "", place: .file)) ?? RecipeChanges()
    }
}
