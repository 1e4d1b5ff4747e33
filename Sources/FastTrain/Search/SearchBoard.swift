import Platform
import Synchronization

/// Distributes the trials of a search to threads that train them side by side, and collects the results.
///
/// No result depends on which thread does what, or when: a trial's numbers are its own, and the best trials of a rung
/// are chosen when all trials of the rung are finished.
///
/// `@unchecked Sendable`: mutable state is only accessed while holding `mutex`, or after all threads have ended.
final class SearchBoard: @unchecked Sendable {
    private let search: Search
    private let folder: SearchFolder?
    private let begin: Double
    private let stop: @Sendable () -> Bool
    private let progress: @Sendable (SearchProgress) -> Void
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    private(set) var plan: SearchPlan
    private(set) var isInterrupted = false
    private(set) var isCutShort = false
    private var error: FastTrainError?
    private var freeThreads: Int
    private var running: [(status: SearchStatus.Running, job: SearchPlan.Job, bytes: Double)] = []
    private var forecast: SearchForecast
    private var lastReport = 0.0
    private let hasStopped = Mutex(false)
    /// The time when trials must end so that the winner's training still fits, updated with each result.
    private let deadline = Mutex(Double.infinity)

    /// Creates a board from the results of earlier sessions.
    ///
    /// - Throws: `.badData` if a result does not belong to this search.
    init(
        _ search: Search, results: [(result: TrialResult, place: FastTrainError.Place)], folder: SearchFolder?,
        begin: Double, stop: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (SearchProgress) -> Void
    ) throws(FastTrainError) {
        self.search = search
        self.folder = folder
        self.begin = begin
        self.stop = stop
        self.progress = progress
        freeThreads = search.threads
        forecast = SearchForecast(search)
        plan = SearchPlan(
            search.method, trials: search.trials, epochs: search.recipe.epochs, monitor: search.recipe.monitor)
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        pthread_cond_init(changed, nil)
        // Results are recorded by rung because a rung depends on the previous ones; lines can be in any order.
        for rung in Set(results.map(\.result.rung)).sorted() {
            var ready = Set(plan.ready)
            for (result, place) in results where result.rung == rung {
                guard ready.remove(result.job) != nil, result.settings == search.settings(of: result.trial) else {
                    throw .badData(
                        file: folder?.trialsPath ?? "", place: place, expected: "a trial of this search",
                        found: "trial \(result.trial) for \(result.epochs) epochs with "
                            + JSON.object(result.settings.settings).excerpt)
                }
                plan.record(result, of: result.job)
            }
        }
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(changed)
        mutex.deallocate()
        changed.deallocate()
    }

    /// Trains all remaining trials, until `stop` or the time limit ends it. Throws the first error of a trial.
    func run() throws(FastTrainError) {
        if plan.ready.isEmpty { return }
        // If the system cannot create a thread, the others do its work.
        let others = (1..<max(1, search.threads)).compactMap { _ in WorkerThread { self.work() } }
        work()
        for thread in others { thread.join() }
        if let error { throw error }
    }

    /// Trains one trial after the other on one thread until none is left.
    private func work() {
        while let (job, threads) = take() {
            do throws(FastTrainError) {
                let result = try search.train(
                    job, threads: threads, stop: { self.mustStop() || self.isOverdue },
                    onEpoch: { self.noteEpoch(of: job) })
                finish(job, threads: threads, result)
            } catch {
                fail(job, threads: threads, error)
            }
        }
    }

    /// Returns whether `stop` has returned true, even if only once.
    private func mustStop() -> Bool {
        hasStopped.withLock { hasStopped in
            hasStopped = hasStopped || stop()
            return hasStopped
        }
    }

    // MARK: - Guarded by the lock

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Waits for a trial to train and returns it with its number of threads, or `nil` if no more trials will come.
    private func take() -> (SearchPlan.Job, threads: Int)? {
        locked {
            while true {
                isInterrupted = isInterrupted || mustStop()
                if isInterrupted || error != nil { return nil }
                let ready = plan.ready
                if ready.isEmpty && running.isEmpty { return nil }
                if let job = ready.first, freeThreads > 0 {
                    let recipe = search.recipe(search.settings(of: job.trial), epochs: job.epochs)
                    let bytes = workingSet(recipe)
                    let others = running.reduce(0) { $0 + $1.bytes }
                    if running.isEmpty || others + bytes <= Self.maxBytesSideBySide {
                        guard isTimeFor(job, sharing: ready.count) else {
                            isCutShort = true
                            if running.isEmpty { return nil }
                            pthread_cond_wait(changed, mutex)
                            continue
                        }
                        let threads = min(search.maxThreads(recipe), share(of: ready.count, bytes: bytes))
                        freeThreads -= threads
                        plan.start(job)
                        running.append(
                            (
                                .init(trial: job.trial, epochsDone: 0, epochs: job.epochs * (search.folds ?? 1)), job,
                                bytes
                            ))
                        return (job, threads)
                    }
                }
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    /// The limit in bytes (`workingSet`) up to which networks are trained side by side, one thread each. Above it,
    /// trials take turns on all threads.
    ///
    /// Two trials at once compared with one on two threads, in thousands of samples per second on MNIST with
    /// minibatches of 128, on two quiet cores of Emerald Rapids (2 MiB of second-level cache each, 260 MiB shared):
    ///
    /// - 784-64-10: 1,060 against 737
    /// - 784-128-10: 773 against 617
    /// - 784-512-512-10: 120 against 102
    /// - 784-1024-1024-10: 42 against 34
    /// - 784-2048-2048-10 (93 MB each): 11.8 against 11.4
    /// - 784-4096-4096-10 (321 MB each): 2.1 against 3.0
    static let maxBytesSideBySide = 256e6

    /// Returns the bytes of the weights, their copy for backpropagation, and the optimizer's state.
    private func workingSet(_ recipe: Recipe) -> Double {
        4 * Double(2 + recipe.optimizerState.count) * Double(recipe.network(for: search.data).parameterCount)
    }

    /// Returns the number of threads for a trial, such that all free threads have work.
    private func share(of ready: Int, bytes: Double) -> Int {
        bytes * Double(min(ready, freeThreads)) > Self.maxBytesSideBySide
            ? freeThreads : max(1, freeThreads / min(ready, freeThreads))
    }

    /// Whether a trial must be given up because it takes longer than estimated. The first trial never is.
    private var isOverdue: Bool { deadline.withLock { $0 < RunClock.now() } }

    /// Returns whether there is time to start a trial within the limit. There always is for the first one.
    private func isTimeFor(_ job: SearchPlan.Job, sharing ready: Int) -> Bool {
        let threads = Double(max(1, freeThreads / max(1, min(ready, freeThreads))))
        guard let time = search.time, let seconds = forecast.seconds(of: job, threads: threads) else { return true }
        if isOverdue { return false }
        return RunClock.now() - begin + seconds + finalSeconds <= time
    }

    private func noteEpoch(of job: SearchPlan.Job) {
        locked {
            if let index = running.firstIndex(where: { $0.job == job }) { running[index].status.epochsDone += 1 }
            let now = RunClock.now()
            guard now - lastReport > 0.2 else { return }
            lastReport = now
            progress(.status(status))
        }
    }

    private func finish(_ job: SearchPlan.Job, threads: Int, _ result: TrialResult?) {
        locked {
            release(job, threads)
            guard let result else {
                plan.abandon(job)
                isInterrupted = isInterrupted || mustStop()
                if !isInterrupted { isCutShort = true }
                return
            }
            do throws(FastTrainError) {
                try folder?.append(result)
            } catch {
                self.error = self.error ?? error
                return
            }
            plan.record(result, of: job)
            forecast.add(result, of: job, threads: threads)
            if let time = search.time { deadline.withLock { $0 = begin + time - finalSeconds } }
            progress(.trial(result, status))
        }
    }

    private func fail(_ job: SearchPlan.Job, threads: Int, _ error: FastTrainError) {
        locked {
            release(job, threads)
            plan.abandon(job)
            self.error = self.error ?? error
        }
    }

    private func release(_ job: SearchPlan.Job, _ threads: Int) {
        freeThreads += threads
        running.removeAll { $0.job == job }
        pthread_cond_broadcast(changed)
    }

    private var status: SearchStatus {
        SearchStatus(
            running: running.map(\.status), finished: plan.results.count, planned: plan.jobCount,
            ranking: plan.ranking, seconds: RunClock.now() - begin, secondsLeft: secondsLeft)
    }

    private var finalSeconds: Double { forecast.finalSeconds(best: plan.ranking.first) }

    private var secondsLeft: Double? {
        guard let left = forecast.secondsLeft(plan) else { return nil }
        let elapsed = RunClock.now() - begin
        return search.time.map { min(left, max(0, $0 - elapsed)) } ?? left
    }
}
