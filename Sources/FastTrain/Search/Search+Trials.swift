extension Search {
    /// Returns the number of trials. Throws a usage error if a grid is infinite, too large, or larger than the given
    /// number.
    static func trials(_ options: SearchOptions, _ space: SearchSpace) throws(FastTrainError) -> Int {
        guard options.method == .grid else { return options.trials ?? 50 }
        guard let combinations = space.combinations else {
            let ranges = space.dimensions.filter { if case .range = $0.values { true } else { false } }.map(\.name)
            throw .unsuitableSetting(
                name: "method",
                reason: "`method` grid: expected lists of values, found "
                    + (ranges.isEmpty ? "more than 10^9 combinations" : "a range of \(ranges.joined(separator: ", "))"))
        }
        if let trials = options.trials, trials < combinations {
            throw .invalidSetting(
                name: "trials", expected: "at least \(combinations), the number of combinations in the grid",
                found: "\(trials)")
        }
        return combinations
    }

    /// Returns the settings in which a trial differs from the recipe.
    func settings(of trial: Int) -> RecipeChanges { description.settings(of: trial) }

    /// Throws a usage error for the first trial whose recipe is not valid.
    static func checkTrials(
        _ description: SearchDescription, _ data: Dataset, threads: Int
    ) throws(FastTrainError) {
        let fold = description.folds.map { Fold(index: 0, count: $0) }
        _ = try Sampling(recipe: description.recipe, split: data.train, task: data.task, fold: fold)
        let density = FeatureDensity(data.train, width: data.featureCount)
        for trial in 0..<description.trials {
            let settings = description.settings(of: trial)
            do {
                let recipe = try description.recipe(settings).resolved(for: data)
                let requirements = try TrainingRequirements(
                    recipe, on: data, density: density, threads: threads, isSaved: false)
                // If this trial wins, its training on all rows is saved.
                try Checkpoint.expectSavable(requirements.network, recipe)
            } catch {
                throw settings.settings.isEmpty
                    ? error : error.within("trial \(trial + 1), \(JSON.object(settings.settings).text)")
            }
        }
    }

    /// Returns the recipe for training a trial for the given number of epochs. Its warmup and its decay steps keep
    /// their proportion to the number of epochs.
    func recipe(_ settings: RecipeChanges, epochs: Int) -> Recipe {
        var result = description.recipe(settings)
        let share = Double(epochs) / Double(recipe.epochs)
        result.epochs = epochs
        result.warmup *= share
        result.decayEpochs = max(1, Int((Double(result.decayEpochs) * share).rounded()))
        return result
    }

    /// Returns the largest number of threads that are of use in training by a recipe.
    func maxThreads(_ recipe: Recipe) -> Int {
        guard requestedThreads == nil else { return threads }
        return min(
            threads,
            ThreadCount.standard(operations: ThreadCount.operations(recipe, on: data, rows: data.train.count)))
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
        _ job: SearchPlan.Job, threads: Int, stop: @escaping @Sendable () -> Bool,
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
            let loop = RunLoop(
                try Training(recipe, on: data, options: options), stop: stop,
                progress: { if case .epoch = $0 { onEpoch() } })
            do {
                try loop.run()
            } catch {
                guard case .diverged(let epoch, _, let what, _) = error else { throw error }
                divergence = "\(what) in epoch \(epoch)"
                break
            }
            if loop.isInterrupted { return nil }
            // With a patience, the last epochs are those without improvement.
            let best = recipe.endsByValidation ? loop.best?.epoch : nil
            ends.append(loop.history[(best ?? loop.history.count) - 1])
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
}
