/// An estimate of how long the remaining trainings of a search take, from the speed of those that this session finished.
struct SearchForecast {
    private let search: Search
    /// The number of epochs trained in this session.
    private var epochs = 0
    private var operations = 0.0
    private var threadSeconds = 0.0

    init(_ search: Search) { self.search = search }

    /// The factor by which training on all threads takes longer than the speed of trials side by side predicts; see
    /// `SearchBoard.maxBytesSideBySide`.
    private static let together = 1.3

    /// Counts a finished training of a trial.
    mutating func add(_ result: TrialResult, of job: SearchPlan.Job, threads: Int) {
        epochs += job.epochs
        guard result.divergence == nil else { return }
        operations += operations(of: job)
        threadSeconds += result.seconds * Double(threads)
    }

    /// Returns the seconds for training a trial; `nil` if no trial has finished yet.
    func seconds(of job: SearchPlan.Job, threads: Double) -> Double? {
        rate.map { operations(of: job) / ($0 * threads) }
    }

    /// Returns the seconds for training the winner, assuming that `best` wins; 0 if nothing is known.
    func finalSeconds(best: TrialResult?) -> Double {
        guard let rate, let best, best.divergence == nil else { return 0 }
        let recipe = search.finalRecipe(of: best)
        let threads = search.maxThreads(recipe)
        let seconds = operations(recipe, rows: Double(search.data.train.count)) / (rate * Double(threads))
        return threads > 1 ? seconds * Self.together : seconds
    }

    /// Returns the seconds until the winner's training ends, without regard to the time limit; `nil` if no trial has
    /// finished yet.
    func secondsLeft(_ plan: SearchPlan) -> Double? {
        guard epochs > 0 else { return nil }
        // Estimated by epochs, because the trials of later rungs are not known yet and a rung has networks of all sizes.
        let done = plan.results.keys.reduce(0) { $0 + $1.epochs }
        let perEpoch = threadSeconds / Double(epochs) / Double(search.threads)
        return perEpoch * Double(plan.epochCount - done) + finalSeconds(best: plan.ranking.first)
    }

    /// The operations per second of one thread so far; `nil` if no trial has finished.
    private var rate: Double? { threadSeconds > 0 ? operations / threadSeconds : nil }

    private func operations(_ recipe: Recipe, rows: Double) -> Double {
        Double(recipe.network(for: search.data).operationsPerSample) * rows * Double(recipe.epochs)
    }

    private func operations(of job: SearchPlan.Job) -> Double {
        let rows = Double(search.data.train.count) * (1 - search.recipe.validation)
        return operations(search.recipe(search.settings(of: job.trial), epochs: job.epochs), rows: rows)
            * Double(search.folds ?? 1)
    }
}
