import Glibc
import Synchronization

/// Hands out a search's trials to threads that train them side by side, and takes in what came of them.
///
/// Which thread does what, and when, decides nothing: a trial's figures are its own, and a rung's best are told when all
/// of the rung are in. `@unchecked Sendable`: what changes is touched under `mutex` alone, or after all threads have ended.
final class SearchBoard: @unchecked Sendable {
    private let search: Search
    private let folder: SearchFolder?
    private let begin: Double
    private let stop: @Sendable () -> Int32?
    private let progress: @Sendable (SearchProgress) -> Void
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    private(set) var plan: SearchPlan
    private(set) var interrupted: Int32?
    private(set) var isCutShort = false
    private var error: FastTrainError?
    private var freeThreads: Int
    private var running: [(status: SearchStatus.Running, job: SearchPlan.Job, bytes: Double)] = []
    /// Of the trials that this session trained.
    private var epochs = 0
    private var operations = 0.0
    private var threadSeconds = 0.0
    private var lastReport = 0.0
    private let received = Mutex<Int32?>(nil)
    /// When trials must be over, lest the winner's training not fit; told anew with each result.
    private let deadline = Mutex(Double.infinity)

    /// `results`: those of earlier sessions. Throws `.badData` for one that is none of this search.
    init(
        _ search: Search, results: [(result: TrialResult, place: FastTrainError.Place)], folder: SearchFolder?,
        begin: Double, stop: @escaping @Sendable () -> Int32?, progress: @escaping @Sendable (SearchProgress) -> Void
    ) throws(FastTrainError) {
        self.search = search
        self.folder = folder
        self.begin = begin
        self.stop = stop
        self.progress = progress
        freeThreads = search.threads
        plan = SearchPlan(
            search.method, trials: search.trials, epochs: search.recipe.epochs, monitor: search.recipe.monitor)
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        pthread_cond_init(changed, nil)
        // Rungs come after those that they follow from, whatever the order of the lines.
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

    /// Trains all that is not trained yet, or until `stop` or the time says so. Throws the first error of a trial.
    func run() throws(FastTrainError) {
        if plan.ready.isEmpty { return }
        let others = (1..<max(1, search.threads)).compactMap { _ in WorkerThread { self.work() } }
        work()
        for thread in others { thread.join() }
        if let error { throw error }
    }

    /// One thread's part: a trial at a time, until there are no more.
    private func work() {
        while let (job, threads) = take() {
            do throws(FastTrainError) {
                let result = try search.train(
                    job, threads: threads, stop: { self.signal() ?? (self.isOverdue ? SIGALRM : nil) },
                    onEpoch: { self.noteEpoch(of: job) })
                finish(job, threads: threads, result)
            } catch {
                fail(job, threads: threads, error)
            }
        }
    }

    /// The signal that `stop` told of, also if it did so once.
    private func signal() -> Int32? {
        received.withLock { received in
            received = received ?? stop()
            return received
        }
    }

    // MARK: - Under the lock

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Waits for a trial to train, with the threads to do so; nil when there are none any more.
    private func take() -> (SearchPlan.Job, threads: Int)? {
        locked {
            while true {
                if interrupted == nil { interrupted = signal() }
                if interrupted != nil || error != nil { return nil }
                let ready = plan.ready
                if ready.isEmpty && running.isEmpty { return nil }
                if let job = ready.first, freeThreads > 0 {
                    let bytes = workingSet(of: job)
                    let others = running.reduce(0) { $0 + $1.bytes }
                    if running.isEmpty || others + bytes <= Self.mostBytesSideBySide {
                        guard isTimeFor(job, sharing: ready.count) else {
                            isCutShort = true
                            if running.isEmpty { return nil }
                            pthread_cond_wait(changed, mutex)
                            continue
                        }
                        let threads = share(of: ready.count, bytes: bytes)
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

    /// How much longer a training takes on all threads than by their speed side by side: see `mostBytesSideBySide`.
    private static let together = 1.3

    /// Bytes (`workingSet`) of networks that are trained side by side, one thread each; beyond, trials take turns on all
    /// threads. Two at once against one on two threads, thousand samples/s on MNIST in minibatches of 128, on two quiet
    /// cores of Emerald Rapids (2 MiB of second-level cache each, 260 shared): 784-64-10 1,060 against 737; 784-128-10 773
    /// against 617; 784-512-512-10 120 against 102; 784-1024-1024-10 42 against 34; 784-2048-2048-10 (93 MB each) 11.8
    /// against 11.4; 784-4096-4096-10 (321 MB each) 2.1 against 3.0.
    static let mostBytesSideBySide = 256e6

    /// Weights, their copy for backpropagation and the optimizer's memories.
    private func workingSet(of job: SearchPlan.Job) -> Double {
        let recipe = search.recipe(search.settings(of: job.trial), epochs: job.epochs)
        return 4 * Double(2 + recipe.optimizerState.count) * Double(recipe.network(for: search.data).parameterCount)
    }

    /// So many of the free threads that all of them have work.
    private func share(of ready: Int, bytes: Double) -> Int {
        bytes * Double(min(ready, freeThreads)) > Self.mostBytesSideBySide
            ? freeThreads : max(1, freeThreads / min(ready, freeThreads))
    }

    private func operations(_ recipe: Recipe, rows: Double) -> Double {
        Double(recipe.network(for: search.data).operationsPerSample) * rows * Double(recipe.epochs)
    }

    private func operations(of job: SearchPlan.Job) -> Double {
        let rows = Double(search.data.train.count) * (1 - search.recipe.validation)
        return operations(search.recipe(search.settings(of: job.trial), epochs: job.epochs), rows: rows)
            * Double(search.folds ?? 1)
    }

    /// Operations a second of a thread, so far; nil when nothing is known.
    private var rate: Double? { threadSeconds > 0 ? operations / threadSeconds : nil }

    /// Of the training that comes after the trials, were the best so far to win; 0 when nothing is known.
    private var finalSeconds: Double {
        guard let rate, let best = plan.ranking.first, best.divergence == nil else { return 0 }
        let recipe = search.finalRecipe(of: best)
        let seconds = operations(recipe, rows: Double(search.data.train.count)) / (rate * Double(search.threads))
        return search.threads > 1 ? seconds * Self.together : seconds
    }

    /// Whether a trial that took longer than was foreseen is given up. Never the first.
    private var isOverdue: Bool { deadline.withLock { $0 < RunClock.now() } }

    /// Whether a trial can be begun within the limit. The first one can in any case.
    private func isTimeFor(_ job: SearchPlan.Job, sharing ready: Int) -> Bool {
        guard let time = search.time, let rate else { return true }
        if isOverdue { return false }
        let threads = Double(max(1, freeThreads / max(1, min(ready, freeThreads))))
        return RunClock.now() - begin + operations(of: job) / (rate * threads) + finalSeconds <= time
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
                if interrupted == nil { interrupted = signal() }
                if interrupted == nil { isCutShort = true }
                return
            }
            do throws(FastTrainError) {
                try folder?.append(result)
            } catch {
                self.error = self.error ?? error
                return
            }
            plan.record(result, of: job)
            epochs += job.epochs
            if result.divergence == nil {
                operations += operations(of: job)
                threadSeconds += result.seconds * Double(threads)
            }
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

    private var secondsLeft: Double? {
        guard epochs > 0 else { return nil }
        let elapsed = RunClock.now() - begin
        // By epochs, as the trials of later rungs are not known yet; networks of a rung are of all sizes.
        let done = plan.results.keys.reduce(0) { $0 + $1.epochs }
        let perEpoch = threadSeconds / Double(epochs) / Double(search.threads)
        let left = perEpoch * Double(plan.epochCount - done) + finalSeconds
        return search.time.map { min(left, max(0, $0 - elapsed)) } ?? left
    }
}

/// A thread of the operating system that does one thing.
private final class WorkerThread {
    private var handle = pthread_t()

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// nil when the system gives no thread: the others then do its work.
    init?(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(body))
        let status = pthread_create(
            &handle, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        if status != 0 {
            context.release()
            return nil
        }
    }

    func join() { pthread_join(handle, nil) }
}
