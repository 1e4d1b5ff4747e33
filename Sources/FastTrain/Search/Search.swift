import Platform

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
package final class Search: Sendable {
    /// The recipe that trials share except for what the space varies. Its `epochs` is the maximum for a trial.
    package var recipe: Recipe { description.recipe }
    /// The settings that vary between trials.
    package var space: SearchSpace { description.space }
    /// The strategy that decides which trials are trained for how long.
    package var method: SearchMethod { description.method }
    /// The number of trials.
    package var trials: Int { description.trials }
    /// The number of cross-validation folds; see `SearchOptions.folds`.
    package var folds: Int? { description.folds }
    /// The data set to train on.
    package let data: Dataset
    /// The number of threads.
    package let threads: Int
    /// The time limit in seconds; see `SearchOptions.time`.
    package let time: Double?
    /// The path of the search's folder; `nil` if there is none.
    package var output: String? { folder?.path }

    let description: SearchDescription
    let folder: SearchFolder?
    /// The number of threads that the caller asked for, if any.
    let requestedThreads: Int?

    /// The number of epochs for a search whose recipe does not set it: Hyperband's rungs of 1, 3, 9 and 27 epochs.
    package static let standardEpochs = 27

    /// Creates a new search, or continues the search in `options.output` if it has the same settings.
    ///
    /// - Parameters:
    ///   - recipe: The recipe that trials share.
    ///   - space: The settings that vary between trials.
    ///   - data: The data set to train on.
    ///   - dataPath: The path of the data set file that `search.json` records for resuming.
    ///   - options: The options of the search.
    /// - Throws: A usage error if a setting is out of range or the recipe of a trial, which it names, is not valid;
    ///   `.cannotCreate` if the folder cannot be used; `.folderInUse` if another process owns it.
    package convenience init(
        _ recipe: Recipe, space: SearchSpace, on data: Dataset, dataPath: String? = nil,
        options: SearchOptions = SearchOptions()
    ) throws(FastTrainError) {
        var recipe = recipe
        if let folds = options.folds {
            guard (2...min(1000, max(2, data.train.count))).contains(folds) else {
                throw .invalidSetting(
                    name: "folds", expected: "a number from 2 to \(min(1000, data.train.count))", found: "\(folds)")
            }
            recipe.validation = 1 / Double(folds)
        }
        guard recipe.validation > 0 else {
            throw .invalidSetting(
                name: "validation", expected: "a number above 0, because trials are compared on validation rows",
                found: "0")
        }
        guard recipe.monitor != .trainLoss else {
            throw .invalidSetting(
                name: "monitor", expected: "validation-loss or validation-score to compare trials by",
                found: "train-loss")
        }
        if recipe.monitor == .validationLoss, space.varies("loss") {
            throw .unsuitableSetting(
                name: "monitor", reason: "the space varies the loss, so `monitor` must be validation-score")
        }
        try space.expectEffect(in: recipe)
        // All trials have the same order, also where the search is continued on another CPU. In single precision, none
        // means that of pairs.
        let order = Accumulation.standard(for: .bf16)
        if recipe.accumulation == nil,
            recipe.precision == .bf16 || (order != .pairs && space.varies("precision"))
        {
            recipe.accumulation = order
        }
        var description = SearchDescription(
            recipe: recipe, method: options.method, trials: try Self.trials(options, space), folds: options.folds,
            finalEpochs: options.finalEpochs, space: space, data: dataPath.map { FileSystem.absolute($0) },
            fingerprint: data.fingerprint)
        if let fault = description.fault {
            throw .invalidSetting(
                name: RecipeSetting.property(fault.member), expected: fault.expected, found: fault.found)
        }
        // Read back the written form, because a value can be written in two ways: one activation, or a list of one.
        description = try SearchDescription(json: description.json, file: "the search")
        let threads = try ThreadCount.checked(options.threads)
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
    package static func resume(
        _ path: String, threads: Int? = nil, time: Double? = nil, data: Dataset? = nil
    ) throws(FastTrainError) -> Search {
        let folder = try SearchFolder.open(path)
        let description = folder.description
        let data = if let data { data } else { try Dataset.open(description.data) }
        guard data.fingerprint == description.fingerprint else {
            throw .badData(
                file: data.name, place: .named("fingerprint"),
                expected: "\(description.fingerprint), the data of the search in \(path)", found: data.fingerprint)
        }
        return try Search(description, data: data, folder: folder, threads: threads, time: time)
    }

    /// Returns whether a folder holds a search.
    ///
    /// - Throws: `.inputOutput` if this cannot be determined.
    package static func isSearch(_ path: String) throws(FastTrainError) -> Bool { try SearchFolder.isOne(path) }

    private init(
        _ description: SearchDescription, data: Dataset, folder: SearchFolder?, threads: Int?, time: Double?
    ) throws(FastTrainError) {
        guard time.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw .invalidSetting(name: "time", expected: "a time above 0", found: "\(time ?? 0) s")
        }
        self.threads = try ThreadCount.checked(threads)
        requestedThreads = threads
        self.description = description
        self.data = data
        self.folder = folder
        self.time = time
    }

    /// Whether the score of a trial is an accuracy; otherwise it is R².
    package var isScoredByAccuracy: Bool { recipe.isScoredByAccuracy(data.task) }

    /// Trains all remaining trials and then the winner. With a folder, writes all results there.
    ///
    /// - Parameters:
    ///   - stop: A function that all threads poll after each step. If it returns true, the search ends.
    ///     Everything finished by then is in the folder.
    ///   - progress: A function that is called with the progress of the search.
    /// - Returns: The ranking of the trials and the trained winner.
    /// - Throws: `.diverged` if all trials diverged, and any error of training and of writing files.
    package func run(
        stop: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (SearchProgress) -> Void = { _ in }
    ) throws(FastTrainError) -> SearchOutcome {
        let begin = RunClock.now()
        let results = try folder?.takeTrials(isScoredByAccuracy: isScoredByAccuracy) { progress(.warning($0)) }
        let board = try SearchBoard(
            self, results: results ?? [], folder: folder, begin: begin, stop: stop, progress: progress)
        let isChosen = try folder?.isChosen ?? false
        if !isChosen { try board.run() }
        let ranking = board.plan.ranking
        func outcome(_ training: Training?, _ final: Outcome?, isInterrupted: Bool) -> SearchOutcome {
            SearchOutcome(
                ranking: ranking, training: training, final: final,
                isCutShort: board.isCutShort || (isChosen && !board.plan.ready.isEmpty),
                isInterrupted: isInterrupted, seconds: RunClock.now() - begin)
        }
        if board.isInterrupted { return outcome(nil, nil, isInterrupted: true) }
        guard let winner = ranking.first else { throw .internalError("a search without a trial") }
        if let divergence = winner.divergence {
            throw .diverged(
                epoch: 0, step: 0, what: "in all \(ranking.count) trials; in the first, \(divergence)",
                checkpoint: nil)
        }
        let training = try finalTraining(of: winner, isBegun: isChosen)
        progress(.winner(winner, recipe: training.recipe))
        let final = try training.train(stop: stop, progress: { progress(.training($0)) })
        return outcome(training, final, isInterrupted: final.ending == .interrupted)
    }
}
